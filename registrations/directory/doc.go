// Package directory owns whom the portal knows: the Members of the WCO and other organisations,
// the people who act for them, and the contact points among those.
//
// A Member is a customs administration, not a State; its code is its ISO 3166-1 alpha-2 code (XK
// and EU included, as the Secretariat's file has them). Membership, names and regions are dated,
// editable data. A person is not an address: an office may share one, so that a person is an
// address and a name together. The pure rules (what an address, a name, a membership is) lie beside the
// types; store.go alone knows the database.
//
// The package never decides who may register, never signs anybody in and never sends anything.
package directory
