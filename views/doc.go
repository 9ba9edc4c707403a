// Package views is what people see: the Fiber app, what every request passes through, and the routes.
//
// It knows Fiber, and no other package but those below it does. It decides nothing: pages ask the
// domain what may be seen and done, and page puts the answer into the reader's language.
package views
