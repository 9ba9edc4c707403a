package papers

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// MaxBytes is the largest file that is read: 16 MiB.
const MaxBytes = 16 << 20

// Table is what a file held: the columns its header names, and its rows, blank ones left out.
type Table struct {
	Columns []string // lower case, blanks trimmed; "" for a column without a name
	Rows    []Row
	header  int // its line
}

// Row is one row and the number of the line on which it begins; the header is line 1.
type Row struct {
	Line  int
	cells []string
	table *Table
}

// Cell gives the cell in a column with surrounding blanks trimmed; "" when the table lacks the column.
func (r Row) Cell(column string) string {
	i := slices.Index(r.table.Columns, column)
	if i < 0 {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

// Columns names the columns of the row's table, in their order.
func (r Row) Columns() []string { return r.table.Columns }

// Fault makes the error of a cell of this row.
func (r Row) Fault(column, reason string) RowError { return RowError{r.Line, column, reason} }

// Has tells whether the header names a column.
func (t *Table) Has(column string) bool { return column != "" && slices.Contains(t.Columns, column) }

// Require gives a RowErrors that names, on its line, each column the header lacks; nil when it lacks none.
func (t *Table) Require(columns ...string) error {
	var faults RowErrors
	for _, c := range columns {
		if !t.Has(c) {
			faults = append(faults, RowError{t.header, c, ColumnAbsent})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// ReadTable reads a table. Errors: ErrEncoding, ErrEmpty, TooManyBytes (MaxBytes), TooManyRows
// (limit, when it is above 0), and RowErrors for rows that are broken. With rows of too few or too
// many cells it also gives the table of the sound ones, so that a caller can name the other faults
// in the same answer; in every other case the table is nil.
func ReadTable(r io.Reader, limit int) (*Table, error) {
	file, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading a table: %w", err)
	}
	if len(file) > MaxBytes {
		return nil, TooManyBytes{MaxBytes}
	}
	text, err := decode(file)
	if err != nil {
		return nil, err
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma = separator(text)
	reader.FieldsPerRecord = -1
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, ErrEmpty
	}
	table := &Table{}
	if err != nil {
		return nil, RowErrors{table.broken(err, len(header))}
	}
	table.header, _ = reader.FieldPos(0)
	if err := table.name(header); err != nil {
		return nil, err
	}
	return table.read(reader, limit)
}

// name takes over the header. Spreadsheets leave empty cells behind it; they are nobody's column.
func (t *Table) name(header []string) error {
	for _, cell := range header {
		name := strings.ToLower(strings.TrimSpace(cell))
		if t.Has(name) {
			return RowErrors{{t.header, name, ColumnTwice}}
		}
		t.Columns = append(t.Columns, name)
	}
	if !slices.ContainsFunc(t.Columns, func(c string) bool { return c != "" }) {
		return ErrEmpty
	}
	return nil
}

func (t *Table) read(reader *csv.Reader, limit int) (*Table, error) {
	var faults RowErrors
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, append(faults, t.broken(err, len(cells)))
		}
		if blank(cells) {
			continue
		}
		if limit > 0 && len(t.Rows)+len(faults) >= limit {
			return nil, TooManyRows{limit}
		}
		line, _ := reader.FieldPos(0)
		if fault, bad := t.misfit(line, cells); bad {
			faults = append(faults, fault)
			continue
		}
		t.Rows = append(t.Rows, Row{Line: line, cells: cells, table: t})
	}
	if len(faults) > 0 {
		return t, faults
	}
	return t, nil
}

// misfit tells whether a row has another number of cells than the header.
func (t *Table) misfit(line int, cells []string) (RowError, bool) {
	switch has, needs := len(cells), len(t.Columns); {
	case has < needs:
		return RowError{line, t.Columns[has], TooFewCells}, true
	case has > needs:
		return RowError{line, strconv.Itoa(needs + 1), TooManyCells}, true
	}
	return RowError{}, false
}

// broken puts the reader's own error into ours, whole being the cells read before it. After it
// nothing more can be read for sure.
func (t *Table) broken(err error, whole int) RowError {
	fault := RowError{Line: 1, Column: strconv.Itoa(whole + 1), Reason: BrokenQuote}
	if whole < len(t.Columns) {
		fault.Column = t.Columns[whole]
	}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		fault.Line = parse.StartLine
	}
	return fault
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// separator tells commas from semicolons by the header: whichever it has more of outside quotes.
func separator(text []byte) rune {
	quoted, balance := false, 0
	for _, b := range bytes.TrimLeft(text, "\r\n") {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ',':
			balance++
		case b == ';':
			balance--
		case b == '\n':
			if balance < 0 {
				return ';'
			}
			return ','
		}
	}
	if balance < 0 {
		return ';'
	}
	return ','
}
