// Package views is what people see: the Fiber app, what every request passes through, and the routes.
//
// It knows Fiber, and no other package but those below it does. It decides nothing: pages ask the
// domain what may be seen and done, and page puts the answer into the reader's language.
//
// What strangers are shown of the programme is made once for all who ask for it within a second, unless it
// changes before (cache.go). Nothing that is made for a person is ever kept.
package views
