import { act, createElement, StrictMode, type FunctionComponent } from 'react'
import { createRoot, type Container } from 'react-dom/client'

/** Components drawn by React itself; what they draw is nothing, so that it needs no document. */
export interface ReactRoot {
  render<Props extends object>(component: FunctionComponent<Props>, props: Props): Promise<void>
  unmount(): Promise<void>
}

export function createReactRoot(): ReactRoot {
  const page = globalThis as { window?: object; IS_REACT_ACT_ENVIRONMENT?: boolean }
  // It looks for what has the focus, which may be in a frame.
  page.window ??= { HTMLIFrameElement: Map }
  page.IS_REACT_ACT_ENVIRONMENT = true
  const root = createRoot(emptyElement())
  return {
    render: (component, props) =>
      act(async () =>
        root.render(createElement(StrictMode, null, createElement(component, props))),
      ),
    unmount: () => act(async () => root.unmount()),
  }
}

/** As much of an element as React asks for where nothing is put into it. */
function emptyElement(): Container {
  const listeners = { addEventListener: () => {}, removeEventListener: () => {} }
  const document = { ...listeners, nodeType: 9, activeElement: null }
  return {
    ...listeners,
    nodeType: 1,
    nodeName: 'DIV',
    tagName: 'DIV',
    namespaceURI: 'http://www.w3.org/1999/xhtml',
    ownerDocument: document,
    firstChild: null,
    lastChild: null,
    textContent: '',
  }
}
