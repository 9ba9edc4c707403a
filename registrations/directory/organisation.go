package directory

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"capportal/events"
)

// The statuses of an organisation towards the WCO. Others have none.
const (
	StatusMember = "member"
	StatusAkin   = "status_akin_to_member" // the European Union: counted beside the Members, never among them
)

// Organisation is a Member's administration, or any other body that takes part.
type Organisation struct {
	Code    string          `bson:"_id"` // a Member's ISO 3166-1 alpha-2 code; else capitals, digits and hyphens
	Group   events.Group    `bson:"group"`
	Status  string          `bson:"status,omitempty"` // StatusMember, StatusAkin or none
	Name    events.Text     `bson:"name"`             // at least one language; the Secretariat decides how it is shown
	Country string          `bson:"country,omitempty"`
	Region  string          `bson:"region,omitempty"`  // a WCO region's code
	Domains []string        `bson:"domains,omitempty"` // of its people's addresses, as A-labels
	ISO3    string          `bson:"iso3,omitempty"`
	M49     string          `bson:"m49,omitempty"` // three digits of the United Nations' M49
	Note    string          `bson:"note,omitempty"`
	Since   string          `bson:"since,omitempty"` // first day of the membership, YYYY-MM-DD; none: since before the records
	Until   string          `bson:"until,omitempty"` // last day of the membership; none: it lasts
	Version int             `bson:"version"`
	History []events.Change `bson:"history,omitempty"`
}

// Lasts tells whether the membership (or the status akin to it) holds on the day of an instant, in UTC.
func (o Organisation) Lasts(on time.Time) bool {
	day := on.UTC().Format(time.DateOnly)
	return (o.Since == "" || o.Since <= day) && (o.Until == "" || day <= o.Until)
}

// IsMember tells whether the organisation counts among the Members on a day.
func (o Organisation) IsMember(on time.Time) bool { return o.Status == StatusMember && o.Lasts(on) }

// Vouches tells whether an address's domain is one of the organisation's, or lies below one.
func (o Organisation) Vouches(address string) bool {
	domain := DomainOf(address)
	return slices.ContainsFunc(o.Domains, func(d string) bool { return domain == d || strings.HasSuffix(domain, "."+d) })
}

// CountMembers counts the Members on a day, and those of a status akin to it.
func CountMembers(organisations []Organisation, on time.Time) (members, akin int) {
	for _, o := range organisations {
		switch {
		case o.IsMember(on):
			members++
		case o.Status == StatusAkin && o.Lasts(on):
			akin++
		}
	}
	return members, akin
}

var (
	codePattern    = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{1,39}$`)
	countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)
	languageTag    = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// tidy brings what was typed into the form that is kept, and says what is wrong with it, field by
// field.
func (o *Organisation) tidy() events.Errors {
	var faults events.Errors
	refuse := func(key, field string) { faults.Add(events.E(events.Invalid, key, field)) }
	o.Code = strings.ToUpper(strings.TrimSpace(o.Code))
	o.Country = strings.ToUpper(strings.TrimSpace(o.Country))
	if !codePattern.MatchString(o.Code) {
		refuse("organisation_code_invalid", "code")
	}
	if !events.Valid(o.Group, events.Groups()) {
		refuse("group_unknown", "group")
	}
	if !slices.Contains([]string{"", StatusMember, StatusAkin}, o.Status) {
		refuse("status_unknown", "status")
	}
	if o.Country != "" && !countryPattern.MatchString(o.Country) {
		refuse("country_invalid", "country")
	}
	if o.Region != "" && !slices.Contains(events.Regions(), o.Region) {
		faults.Add(events.E(events.Invalid, "region_unknown", "region").With("region", o.Region))
	}
	faults = append(faults, o.tidyNames()...)
	faults = append(faults, o.tidyDomains()...)
	note, fault := CleanName(o.Note, "note")
	if fault != nil {
		faults.Add(fault)
	}
	o.Note = note
	return append(faults, o.checkDates()...)
}

func (o *Organisation) tidyNames() events.Errors {
	var faults events.Errors
	names := events.Text{}
	for language, typed := range o.Name {
		field := "name." + language
		name, fault := CleanName(typed, field)
		switch {
		case fault != nil:
			faults.Add(fault)
		case !languageTag.MatchString(language):
			faults.Add(events.E(events.Invalid, "language_unknown", field).With("language", language))
		case name != "":
			names[language] = name
		}
	}
	if len(names) == 0 && len(faults) == 0 {
		faults.Add(events.E(events.Invalid, "name_missing", "name"))
	}
	o.Name = names
	return faults
}

func (o *Organisation) tidyDomains() events.Errors {
	var domains []string
	for _, typed := range o.Domains {
		typed = strings.TrimPrefix(strings.TrimSpace(typed), "@")
		if typed == "" {
			continue
		}
		domain, ok := normalDomain(typed)
		if !ok {
			return events.Errors{events.E(events.Invalid, "domain_invalid", "domains").With("domain", typed)}
		}
		domains = append(domains, domain)
	}
	slices.Sort(domains)
	o.Domains = slices.Compact(domains)
	return nil
}

func (o *Organisation) checkDates() events.Errors {
	var faults events.Errors
	for field, day := range map[string]string{"since": o.Since, "until": o.Until} {
		if !validDay(day) {
			faults.Add(events.E(events.Invalid, "date_invalid", field))
		}
	}
	if len(faults) == 0 && o.Since != "" && o.Until != "" && o.Until < o.Since {
		faults.Add(events.E(events.Invalid, "until_before_since", "until"))
	}
	return faults
}

// validDay tells whether a day is YYYY-MM-DD and exists; none is fine.
func validDay(day string) bool {
	_, err := time.Parse(time.DateOnly, day)
	return day == "" || err == nil
}

// changed names the fields in which two states of an organisation differ, as the API spells them.
func (o Organisation) changed(before Organisation) []string {
	var fields []string
	note := func(name string, differs bool) {
		if differs {
			fields = append(fields, name)
		}
	}
	note("group", o.Group != before.Group)
	note("status", o.Status != before.Status)
	for _, language := range languagesOf(o.Name, before.Name) {
		note("name."+language, o.Name[language] != before.Name[language])
	}
	note("country", o.Country != before.Country)
	note("region", o.Region != before.Region)
	note("domains", !slices.Equal(o.Domains, before.Domains))
	note("iso3", o.ISO3 != before.ISO3)
	note("m49", o.M49 != before.M49)
	note("note", o.Note != before.Note)
	note("since", o.Since != before.Since)
	note("until", o.Until != before.Until)
	return fields
}

// languagesOf lists the languages of both texts, in order.
func languagesOf(a, b events.Text) []string {
	var languages []string
	for _, text := range []events.Text{a, b} {
		for language := range text {
			languages = append(languages, language)
		}
	}
	slices.Sort(languages)
	return slices.Compact(languages)
}
