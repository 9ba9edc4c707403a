package demo

import (
	"capportal/events"
	"capportal/registrations/directory"
)

// Role is a role of the demo with a sign-in link of its own.
type Role struct {
	Name  string // as `demo` prints it
	Email string
}

// Roles are those a visitor of the demo can step into, in the order they are printed.
func Roles() []Role {
	return []Role{
		{"administrator", administrator},
		{"officer", officer},
		{"contact-point", "contact.sn@customs-sn.example"},
		{"delegate", "delegate1.sn@customs-sn.example"},
		{"right-holder", "rep1@rightholder-pharma.example"},
		{"expert", "expert.ipr.01@customs-gn.example"},
	}
}

// The Secretariat's people that others are named after.
const (
	administrator = "administrator@secretariat.example"
	officer       = "officer.ipr@secretariat.example"
	assistant     = "assistant.ipr@secretariat.example"
)

// organisations are those beside the Members.
func organisations() []directory.Organisation {
	return []directory.Organisation{
		{Code: "IGO-ONE", Group: events.IGO, Name: events.Text{"en": "Intergovernmental organisation 1", "fr": "Organisation intergouvernementale 1"}, Country: "CH", Region: "EUR", Domains: []string{"igo-one.example"}},
		{Code: "PHARMA-A", Group: events.RightHolder, Name: events.Text{"en": "Right holder A - pharmaceuticals", "fr": "Titulaire de droits A - produits pharmaceutiques"}, Country: "BE", Region: "EUR", Domains: []string{"rightholder-pharma.example"}},
		{Code: "SPORTS-C", Group: events.RightHolder, Name: events.Text{"en": "Right holder C - sports goods", "fr": "Titulaire de droits C - articles de sport"}, Country: "DE", Region: "EUR", Domains: []string{"rightholder-sports.example"}},
		{Code: "PLATFORM-ONE", Group: events.RightHolder, Name: events.Text{"en": "Online platform 1", "fr": "Plateforme en ligne 1"}, Country: "IE", Region: "EUR", Domains: []string{"platform-one.example"}},
		{Code: "CARRIER-B", Group: events.RightHolder, Name: events.Text{"en": "Carrier B", "fr": "Transporteur B"}, Country: "US", Region: "AMS", Domains: []string{"carrier-b.example"}},
		{Code: "UNIVERSITY-ONE", Group: events.Academia, Name: events.Text{"en": "University 1", "fr": "Université 1"}, Country: "CA", Region: "AMS", Domains: []string{"university-one.example"}},
		{Code: "RILO-AP", Group: events.RegionalEntity, Name: events.Text{"en": "Regional Intelligence Liaison Office for Asia/Pacific", "fr": "Bureau régional de liaison chargé du renseignement pour l'Asie/Pacifique"}, Country: "KR", Region: "AP", Domains: []string{"rilo-ap.example"}},
		{Code: "ROCB-WCA", Group: events.RegionalEntity, Name: events.Text{"en": "Regional Office for Capacity Building for West and Central Africa", "fr": "Bureau régional de renforcement des capacités pour l'Afrique de l'Ouest et centrale"}, Country: "CI", Region: "WCA", Domains: []string{"rocb-wca.example"}},
	}
}

// member is a Member whose people play a part: its name as the demo's people carry it, and the
// language they are written to.
type member struct{ code, name, language string }

// members are those with a contact point.
func members() []member {
	return []member{
		{"SN", "Senegal", "fr"}, {"ZM", "Zambia", "en"}, {"JO", "Jordan", "ar"}, {"PE", "Peru", "es"}, {"AL", "Albania", "en"},
		{"KE", "Kenya", "en"}, {"BR", "Brazil", "pt"}, {"KZ", "Kazakhstan", "ru"}, {"TH", "Thailand", "en"}, {"WS", "Samoa", "en"},
	}
}

// zones are those in which some of the people read times.
var zones = map[string]string{"SN": "Africa/Dakar", "ZM": "Africa/Lusaka", "JO": "Asia/Amman", "PE": "America/Lima", "WS": "Pacific/Apia"}

// people are all who are known from the beginning.
func people() []directory.Person {
	list := []directory.Person{
		{Email: administrator, GivenName: "Administrator", FamilyName: "(Secretariat)", Role: events.Administrator},
		{Email: officer, GivenName: "Officer", FamilyName: "(IPR Programme)", Role: events.Officer},
		{Email: assistant, GivenName: "Assistant", FamilyName: "(IPR Programme)", Role: events.Officer},
		{Email: "head.programme@secretariat.example", GivenName: "Head", FamilyName: "(IPR Programme)", Role: events.Management},
		{Email: "wto.reporting@secretariat.example", GivenName: "Reporting officer", FamilyName: "(WTO)", Role: events.Officer},
		{Email: "dpo@secretariat.example", GivenName: "Data protection officer", FamilyName: "(Secretariat)", Role: events.Management},
		{Email: "expert.ipr.01@customs-gn.example", GivenName: "Expert 1", FamilyName: "(Guinea)", Organisation: "GN", Expert: directory.Accredited, Language: "fr"},
		{Email: "expert.ipr.02@customs-bd.example", GivenName: "Expert 2", FamilyName: "(Bangladesh)", Organisation: "BD", Expert: directory.PreAccredited},
		{Email: "expert.ipr.03@customs-zm.example", GivenName: "Expert 3", FamilyName: "(Zambia)", Organisation: "ZM", Expert: directory.Recognized},
		{Email: "liaison@igo-one.example", GivenName: "Liaison officer", FamilyName: "(Intergovernmental organisation 1)", Organisation: "IGO-ONE"},
		{Email: "rep1@rightholder-pharma.example", GivenName: "Representative 1", FamilyName: "(Right holder A)", Organisation: "PHARMA-A"},
		{Email: "rep2@rightholder-sports.example", GivenName: "Representative 2", FamilyName: "(Right holder C)", Organisation: "SPORTS-C"},
		{Email: "rep1@platform-one.example", GivenName: "Representative 1", FamilyName: "(Online platform 1)", Organisation: "PLATFORM-ONE"},
		{Email: "rep1@carrier-b.example", GivenName: "Representative 1", FamilyName: "(Carrier B)", Organisation: "CARRIER-B"},
		{Email: "prof@university-one.example", GivenName: "Professor", FamilyName: "(University 1)", Organisation: "UNIVERSITY-ONE", Language: "fr"},
		{Email: "rilo.ap@rilo-ap.example", GivenName: "Liaison officer", FamilyName: "(RILO Asia/Pacific)", Organisation: "RILO-AP", Role: events.ContactPoint},
		{Email: "rocb.wca@rocb-wca.example", GivenName: "Programme officer", FamilyName: "(ROCB West and Central Africa)", Organisation: "ROCB-WCA", Role: events.ContactPoint, Language: "fr"},
		{Email: "host.al@customs-al.example", GivenName: "Host", FamilyName: "(Albania)", Organisation: "AL"},
	}
	for _, m := range members() {
		list = append(list, directory.Person{Email: m.contact(), GivenName: "Contact point", FamilyName: "(" + m.name + ")", Role: events.ContactPoint,
			Organisation: m.code, Language: m.language, Zone: zones[m.code]})
	}
	sn := members()[0]
	return append(list, directory.Person{Email: sn.delegate(1), GivenName: "Delegate 1", FamilyName: "(" + sn.name + ")", Organisation: "SN", Language: "fr", Zone: zones["SN"]})
}
