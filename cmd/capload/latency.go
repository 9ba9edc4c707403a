package main

import (
	"math"
	"slices"
	"time"
)

// latencies are how long answers took, in order of length.
type latencies []time.Duration

func sorted(took []time.Duration) latencies {
	l := latencies(slices.Clone(took))
	slices.Sort(l)
	return l
}

// at gives the time within which a share (0 to 1) was answered: the nearest rank, so always one that
// was measured.
func (l latencies) at(share float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	rank := int(math.Ceil(share * float64(len(l))))
	return l[min(max(rank, 1), len(l))-1]
}

func (l latencies) p50() time.Duration { return l.at(0.50) }
func (l latencies) p99() time.Duration { return l.at(0.99) }

// short writes a duration with three figures.
func short(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}

// median gives the middle of some figures, of two in the middle the lower.
func median(figures []float64) float64 {
	if len(figures) == 0 {
		return math.NaN()
	}
	figures = slices.Clone(figures)
	slices.Sort(figures)
	return figures[(len(figures)-1)/2]
}
