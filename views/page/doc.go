// Package page owns how a page is made: the layout around it, the parts it is put together from,
// the form that comes back, the error that is shown, and the rendering of all of them in the
// reader's language.
//
// A page is one template file beside the Go file that fills it. It defines "title" and "content",
// and "head" where it must; everything around stands in layout.html, everything that recurs in
// parts.html. Templates are html/template throughout: no page writes markup by hand in Go, and no
// template holds a style, a script or an event handler of its own.
//
// The package knows no route and no rule of the domain. What the navigation offers is handed to it;
// what may be seen has been decided before a page is rendered.
package page
