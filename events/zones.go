package events

import (
	"sync"
	"sync/atomic"
	"time"
)

// zones are the zones that have been asked for, by name. They do not change while the program runs, and
// time.LoadLocation reads the zone's file each time: half of what a page of the calendar cost.
var zones struct {
	read  sync.Map // name → *time.Location
	count atomic.Int64
}

// mostZones bounds how many names are remembered: there are some 600, and a file may be named in many ways.
const mostZones = 1000

// zone is time.LoadLocation, which reads each file once.
func zone(name string) (*time.Location, error) {
	if l, ok := zones.read.Load(name); ok {
		return l.(*time.Location), nil
	}
	l, err := time.LoadLocation(name)
	if err == nil && zones.count.Add(1) <= mostZones {
		zones.read.Store(name, l)
	}
	return l, err
}
