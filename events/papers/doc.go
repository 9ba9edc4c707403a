// Package papers reads the tables that people send in and writes the tables they take out.
//
// In: CSV in UTF-8 (with or without a byte order mark) or UTF-16 (with one), cells parted by commas
// or semicolons, a header row that names the columns. Each row keeps the number of its line in the
// file, so that a fault can be found again in a spreadsheet or editor. Out: CSV as spreadsheets open
// it rightly, with cells that a spreadsheet would run as a formula made harmless.
//
// The package knows shapes, never meanings: what a column may hold is judged by whoever imports.
// Its errors are plain; the caller gives them a key.
package papers
