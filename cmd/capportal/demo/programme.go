package demo

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// ProgrammeCSV is an invented year's programme in the form Programme.Import reads: 32 activities, as
// things stood on the reference day.
//
//go:embed programme.csv
var ProgrammeCSV []byte

// referenceDay is the day the file's states speak of, a Monday.
var referenceDay = time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)

// lived are the activities of the file that the demo lives through itself: they are imported as
// planned, and come to their state by what people do.
var lived = []string{"IPR-2026-21", "IPR-2026-22", "IPR-2027-01", "IPR-2027-02", "IPR-2027-03", "IPR-2027-04"}

// dated are the file's columns that hold days.
var dated = []string{"start", "end", "doc_phase_start", "doc_phase_end", "nomination_deadline", "registration_deadline", "public_report_date"}

var codeYear = regexp.MustCompile(`^IPR-(\d{4})-(\d+)$`)

// weeksTo counts the whole weeks from the reference day to a day, so that weekdays stay.
func weeksTo(now time.Time) int {
	return int(math.Floor(now.Sub(referenceDay).Hours() / (7 * 24)))
}

// codeOn gives the code an activity of the file has in a demo of that day: years move along.
func codeOn(code string, now time.Time) string {
	m := codeYear.FindStringSubmatch(code)
	if m == nil {
		return code
	}
	year, _ := strconv.Atoi(m[1]) // four digits by the pattern
	return fmt.Sprintf("IPR-%d-%s", year+int(math.Round(float64(weeksTo(now))/52.18)), m[2])
}

// programmeOn moves the file's days so that the reference day falls into the week of now.
func programmeOn(now time.Time) ([]byte, error) {
	rows, err := csv.NewReader(bytes.NewReader(ProgrammeCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the demo's programme: %w", err)
	}
	head := rows[0]
	for _, row := range rows[1:] {
		for i, column := range head {
			switch {
			case column == "status" && slices.Contains(lived, row[slices.Index(head, "code")]):
				row[i] = "planned"
			case slices.Contains(dated, column) && row[i] != "":
				day, err := time.Parse(time.DateOnly, row[i])
				if err != nil {
					return nil, fmt.Errorf("read the demo's programme: %w", err)
				}
				row[i] = day.AddDate(0, 0, 7*weeksTo(now)).Format(time.DateOnly)
			}
		}
	}
	for _, row := range rows[1:] {
		for _, column := range []string{"code", "parent"} {
			i := slices.Index(head, column)
			row[i] = codeOn(row[i], now)
		}
	}
	var moved bytes.Buffer
	w := csv.NewWriter(&moved)
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write the demo's programme: %w", err)
	}
	return moved.Bytes(), nil
}
