package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"os"
	"path/filepath"
	"time"
)

// series is one row of a picture: the latencies of one kind of request.
type series struct {
	name string
	took latencies
}

// Measures of a picture, in SVG units.
const (
	rowHigh   = 64
	labelWide = 220
	plotWide  = 520
	marginTop = 56
	buckets   = 80 // of a row's histogram
)

// style gives a picture the colours of the page it stands on, light or dark.
const style = `svg{font:13px system-ui,sans-serif;--ink:#1d2733;--quiet:#5b6875;--line:#d5dbe1;--bar:#2f6da8;--mark:#b3401f;background:#fff}
@media (prefers-color-scheme:dark){svg{--ink:#e8edf2;--quiet:#a3afbb;--line:#38434e;--bar:#6fa8dc;--mark:#f0936f;background:#14191f}}
text{fill:var(--ink)}.quiet{fill:var(--quiet);font-size:12px}.title{font-size:15px;font-weight:600}.grid{stroke:var(--line)}
.bar{fill:var(--bar)}.p50{stroke:var(--ink);stroke-width:1.5}.p99{stroke:var(--mark);stroke-width:1.5;stroke-dasharray:4 3}.p99t{fill:var(--mark)}`

// draw writes a picture into the folder for them, if there is one.
func (l *lab) draw(name, title string, rows ...series) error {
	if l.out == "" {
		return nil
	}
	path := filepath.Join(l.out, name+"-"+l.kind+".svg")
	if err := os.WriteFile(path, picture(title+" ("+l.kind+")", rows), 0o644); err != nil {
		return fmt.Errorf("write a picture: %w", err)
	}
	l.say("drawn in %s", path)
	return nil
}

// picture is an SVG with a histogram a row over one logarithmic axis of time; median and 99th
// percentile are marked in each.
func picture(title string, rows []series) []byte {
	from, to := decades(rows)
	x := func(d time.Duration) float64 {
		return labelWide + plotWide*(math.Log10(float64(max(d, 1)))-from)/(to-from)
	}
	wide, high := labelWide+plotWide+80, marginTop+rowHigh*len(rows)+34
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s"><style>%s</style>`,
		wide, high, wide, high, html.EscapeString(title), style)
	fmt.Fprintf(&b, `<text class="title" x="16" y="26">%s</text>`, html.EscapeString(title))
	foot := marginTop + rowHigh*len(rows)
	for decade := from; decade <= to; decade++ {
		d := time.Duration(math.Round(math.Pow(10, decade)))
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/><text class="quiet" x="%.1f" y="%d" text-anchor="middle">%s</text>`,
			x(d), x(d), marginTop-8, foot, x(d), foot+20, d)
	}
	for i, s := range rows {
		drawRow(&b, s, marginTop+rowHigh*i, x)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// drawRow draws one histogram with its marks.
func drawRow(b *bytes.Buffer, s series, top int, x func(time.Duration) float64) {
	base := top + rowHigh - 12
	fmt.Fprintf(b, `<text x="16" y="%d">%s</text><text class="quiet" x="16" y="%d">%d requests</text>`, base-16, html.EscapeString(s.name), base, len(s.took))
	fmt.Fprintf(b, `<line class="grid" x1="%d" x2="%d" y1="%d" y2="%d"/>`, labelWide, labelWide+plotWide, base, base)
	if len(s.took) == 0 {
		return
	}
	var counts [buckets]int
	most := 0
	for _, d := range s.took {
		i := min(max(int((x(d)-labelWide)/plotWide*buckets), 0), buckets-1)
		counts[i]++
		most = max(most, counts[i])
	}
	for i, n := range counts {
		if n > 0 { // what is rare is seen too: never less than a unit
			high := math.Max(1, float64(rowHigh-30)*float64(n)/float64(most))
			fmt.Fprintf(b, `<rect class="bar" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`,
				labelWide+float64(i)*plotWide/buckets, float64(base)-high, float64(plotWide)/buckets-0.8, high)
		}
	}
	p50, p99 := s.took.p50(), s.took.p99()
	fmt.Fprintf(b, `<line class="p50" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/><text class="quiet" x="%.1f" y="%d" text-anchor="end">p50 %s</text>`,
		x(p50), x(p50), top+6, base, x(p50)-4, top+12, short(p50))
	fmt.Fprintf(b, `<line class="p99" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/><text class="quiet p99t" x="%.1f" y="%d">p99 %s</text>`,
		x(p99), x(p99), top+6, base, x(p99)+4, top+12, short(p99))
}

// decades gives the powers of ten (of nanoseconds) between which all latencies lie.
func decades(rows []series) (from, to float64) {
	from, to = math.Inf(1), math.Inf(-1)
	for _, s := range rows {
		if len(s.took) > 0 {
			from = math.Min(from, math.Floor(math.Log10(float64(max(s.took[0], 1)))))
			to = math.Max(to, math.Ceil(math.Log10(float64(max(s.took.at(1), 1)))))
		}
	}
	if from > to {
		return 6, 9 // nothing to draw: a millisecond to a second
	}
	return from, math.Max(to, from+1)
}
