package directory

import (
	"errors"
	"io"

	"capportal/events"
	"capportal/events/papers"
)

// Result says what an import did, or would do when it is a dry run, row by row. Members and Others
// count the rows of an import of Members: who is one, and who is none.
type Result struct {
	Added, Changed, Unchanged int
	Members, Others           int
}

// faultsOf are the faults of an import, each at its line.
type faultsOf struct{ events.Errors }

// add puts what is wrong with a row at its line; columns says how the file calls a field, when it
// calls it otherwise.
func (f *faultsOf) add(row papers.Row, columns map[string]string, faults ...*events.Error) {
	for _, fault := range faults {
		column := fault.Field
		if name, other := columns[column]; other {
			column = name
		}
		f.Add(events.AtLine(fault, row.Line, column))
	}
}

// table reads a file and sees that its header has the columns needed. Rows that are broken are
// already among the faults, so that the others' faults are named in the same answer.
func (d *Directory) table(r io.Reader, needed ...string) (*papers.Table, faultsOf, error) {
	table, err := papers.ReadTable(r, d.ImportLimit)
	if table == nil {
		return nil, faultsOf{}, events.TableFaults(err)
	}
	if absent := table.Require(needed...); absent != nil {
		return nil, faultsOf{}, events.TableFaults(absent)
	}
	var broken papers.RowErrors
	if !errors.As(err, &broken) {
		return table, faultsOf{}, err
	}
	return table, faultsOf{events.Faults(events.TableFaults(broken))}, nil
}

// given overwrites a field with a cell, unless the cell is empty: an import takes nothing away.
func given(field *string, cell string) {
	if cell != "" {
		*field = cell
	}
}
