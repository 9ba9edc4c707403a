package events

import (
	"errors"
	"strconv"

	"capportal/events/papers"
)

// AtLine puts a fault of an imported row where it stands in the file: the column, by its name
// there, becomes its Field, and the line its argument `line` (a string, so that no language groups
// its digits). Whoever puts it into words writes "line 7, column kind: …" before the sentence.
func AtLine(fault *Error, line int, column string) *Error {
	c := fault.With("line", strconv.Itoa(line))
	c.Field = column
	return c
}

// TableFaults turns what papers.ReadTable says into a user's errors: one a broken row (AtLine), or
// one of the whole file beside the field `file`: `file_encoding`, `file_empty`, `file_too_large`
// (with `megabytes`), `import_too_many_rows` (with `limit`). Any other error comes back as it is.
func TableFaults(err error) error {
	var rows papers.RowErrors
	var many papers.TooManyRows
	var large papers.TooManyBytes
	switch {
	case errors.As(err, &rows):
		var faults Errors
		for _, r := range rows {
			faults.Add(AtLine(E(Invalid, r.Reason, ""), r.Line, r.Column))
		}
		return faults.Or()
	case errors.As(err, &many):
		return E(TooLarge, "import_too_many_rows", "file").With("limit", many.Limit)
	case errors.As(err, &large):
		return E(TooLarge, "file_too_large", "file").With("megabytes", large.Limit>>20)
	case errors.Is(err, papers.ErrEncoding):
		return E(Invalid, "file_encoding", "file")
	case errors.Is(err, papers.ErrEmpty):
		return E(Invalid, "file_empty", "file")
	}
	return err
}
