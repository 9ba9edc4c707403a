// Package api owns the JSON API of contract.md 5: what the portal's pages do, for programs. A token
// acts as its person, under the same access rule and through the same Programme and Desk; errors are
// RFC 9457 problems with the message keys of the forms.
//
// One table of operations is both the routes and the description at /api/openapi.json, whose schemas
// are made from the Go types that are read and written: it cannot lie. The package decides nothing.
package api
