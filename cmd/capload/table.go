package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
)

// row is one line of the table: what was measured against one bar.
type row struct {
	Bar      string  `json:"bar"`
	What     string  `json:"what"`
	Measured string  `json:"measured"`
	Bound    string  `json:"bound"`
	Ratio    float64 `json:"ratio"` // of the measured to its bound
	Holds    bool    `json:"holds"`
	// Information marks a row that no bar of design.md speaks of.
	Information bool `json:"information,omitempty"`
}

// atMost is a row whose figure must not lie above its bound.
func atMost(bar, what string, figure, bound float64, write func(float64) string) row {
	return row{Bar: bar, What: what, Measured: write(figure), Bound: "≤ " + write(bound), Ratio: figure / bound, Holds: figure <= bound}
}

// atLeast is a row whose figure must not lie below its bound.
func atLeast(bar, what string, figure, bound float64, write func(float64) string) row {
	return row{Bar: bar, What: what, Measured: write(figure), Bound: "≥ " + write(bound), Ratio: figure / bound, Holds: figure >= bound}
}

// holds is a row of something that is either so or not.
func holds(bar, what, measured, bound string, so bool) row {
	r := row{Bar: bar, What: what, Measured: measured, Bound: bound, Holds: so}
	if so {
		r.Ratio = 1
	}
	return r
}

// told makes a row information: it is shown and judges nothing.
func (r row) told() row {
	r.Information = true
	return r
}

// with adds what a figure came from.
func (r row) with(format string, args ...any) row {
	r.Measured += " (" + fmt.Sprintf(format, args...) + ")"
	return r
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", share*100) }
func times(factor float64) string  { return fmt.Sprintf("%.2f ×", factor) }
func megabytes(n float64) string   { return fmt.Sprintf("%.0f MB", n) }

// writeTable prints the rows for people.
func writeTable(to io.Writer, engine, machine string, rows []row) error {
	fmt.Fprintf(to, "bars of design.md 7 on the engine %s; a ratio is the measured to its bound\n%s\n\n", engine, machine)
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "bar\twhat\tmeasured\tbound\tratio\tholds")
	for _, r := range rows {
		answer := "no"
		switch {
		case r.Information:
			answer = "–"
		case r.Holds:
			answer = "yes"
		}
		fmt.Fprintln(table, strings.Join([]string{r.Bar, r.What, r.Measured, r.Bound, fmt.Sprintf("%.2f", r.Ratio), answer}, "\t"))
	}
	return table.Flush()
}

// machine says on how many cores a run begins, and what else they do.
func machine() string {
	load := "unknown"
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ = strings.Cut(string(b), " ")
	}
	return fmt.Sprintf("%d cores, load before the run %s", runtime.NumCPU(), load)
}
