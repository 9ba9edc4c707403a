package papers

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Reasons why a row cannot be read, as keys that a caller puts into words.
const (
	TooFewCells  = "cells_too_few"  // fewer cells than the header has columns
	TooManyCells = "cells_too_many" // more cells than the header has columns
	BrokenQuote  = "quote_broken"   // a quotation mark within a cell without quotes, or one that never closes
	ColumnTwice  = "column_twice"   // the header names a column twice
	ColumnAbsent = "column_missing" // the header lacks a column
)

// RowError says what is wrong with one row. Line is counted in the file as it lies on the disk, the
// header being line 1 and line breaks inside quotes counting too; Column is the column's name in
// the file, or its number, or empty when no column can be told; Reason is a key.
type RowError struct {
	Line   int
	Column string
	Reason string
}

// Error gives line, column and reason in one sentence for the log.
func (e RowError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d, column %s: %s", e.Line, e.Column, e.Reason)
}

// RowErrors are the faults of several rows, in the order of their lines.
type RowErrors []RowError

// Error gives one line per fault.
func (es RowErrors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// TooManyRows says that a table has more rows than are taken in one go.
type TooManyRows struct{ Limit int }

// Error names the limit.
func (e TooManyRows) Error() string { return "more rows than " + strconv.Itoa(e.Limit) }

// TooManyBytes says that a file is larger than is read.
type TooManyBytes struct{ Limit int }

// Error names the limit.
func (e TooManyBytes) Error() string {
	return "a file of more than " + strconv.Itoa(e.Limit) + " bytes"
}

var (
	// ErrEncoding says that a file is neither UTF-8 nor UTF-16 with a byte order mark.
	ErrEncoding = errors.New("neither UTF-8 nor UTF-16 with a byte order mark")
	// ErrEmpty says that a file has no header row.
	ErrEmpty = errors.New("no header row")
)
