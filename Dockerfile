# Buzzer as a container. Mount a buzzer.config.ts at /srv/buzzer and a volume at /data; see
# docs/installing.md for how to reach it while there is no authentication.

FROM node:24-slim AS build
WORKDIR /build
COPY . .
RUN npm ci && npm run build && npm pack ./dist/packages/*

FROM node:24-slim
ENV NODE_ENV=production BUZZER_DATA=/data
WORKDIR /srv/buzzer
COPY --from=build /build/*.tgz /tmp/packages/
# Node is here already, so that its optional packages are left out.
RUN npm install --omit=dev --omit=optional --no-audit --no-fund /tmp/packages/*.tgz \
  && rm -rf /tmp/packages /root/.npm \
  && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 2899
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:2899/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "node_modules/buzzer/bin/buzzer.js"]
CMD ["start"]
