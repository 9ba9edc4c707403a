package i18n

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Zone says in words which clock a time is read from, with its distance from UTC
// at that moment: Brussels time (UTC+1). An unknown zone is UTC.
func (w *Words) Zone(zone string, at time.Time) string {
	t := w.in(at, zone)
	offset := utcOffset(t)
	key := "zone." + zone
	switch {
	case t.Location() == time.UTC || strings.HasPrefix(zone, "Etc/"):
		return offset
	case w.Has(key):
		return w.T("zone", "zone", written(w.T(key)), "offset", offset)
	default:
		return w.T("zone", "zone", written(w.T("zone.of", "city", w.City(zone))), "offset", offset)
	}
}

// City names the city that stands for a zone: "Brussels" for Europe/Brussels.
// Where the catalogue has no translation it is the zone's own word.
func (w *Words) City(zone string) string {
	if key := "city." + zone; w.Has(key) {
		return w.T(key)
	}
	name := zone[strings.LastIndexByte(zone, '/')+1:]
	return strings.ReplaceAll(name, "_", " ")
}

// utcOffset writes the distance from UTC: UTC+1, UTC−3:30, UTC.
func utcOffset(t time.Time) string {
	_, seconds := t.Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	hours, minutes := seconds/3600, seconds/60%60
	switch {
	case seconds == 0:
		return "UTC"
	case minutes == 0:
		return fmt.Sprintf("UTC%s%d", sign, hours)
	default:
		return fmt.Sprintf("UTC%s%d:%02d", sign, hours, minutes)
	}
}

// renamed are zones whose city has a name in the catalogues under a newer name too: they are told in
// words where one stands, and offered no more.
var renamed = []string{"Europe/Kiev"}

// Zones lists the IANA zones to choose from, in alphabetical order: those whose city has a name in the
// catalogues.
func (w *Words) Zones() []string {
	var zones []string
	for key := range w.messages {
		if zone, ok := strings.CutPrefix(key, "city."); ok && !slices.Contains(renamed, zone) {
			zones = append(zones, zone)
		}
	}
	slices.Sort(zones)
	return zones
}
