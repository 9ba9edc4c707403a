package portal

import (
	"net"
	"net/url"

	"capportal/notify/mail"
)

// Settings are what an operator decides (contract.md 2), validated.
type Settings struct {
	Addr    string         // where to listen, HOST:PORT; port 0 picks one
	BaseURL string         // the only origin ever written into a link, without a slash at its end; "": from Addr
	Data    string         // folder of the embedded store and of the control socket; "" with MongoDB "": in memory
	MongoDB string         // address of a replica set; "": the embedded store
	SMTP    *mail.Settings // the mail server; nil: mail waits in the outbox
	From    mail.Address   // sender of all mail and ORGANIZER of calendar entries; required with SMTP
	// MetricsAddr is where to listen for those who monitor, HOST:PORT; "": the figures are not offered.
	MetricsAddr string
	Proxies     []string // addresses and networks whose X-Forwarded-* is believed
	Zone        string   // the Secretariat's IANA zone
	Languages   []string // on offer, by tag; empty: all
}

// OriginOf gives the origin under which an address can be reached from this machine: a listener on
// every address is reached by loopback, until CAPPORTAL_BASE_URL says better.
func OriginOf(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "http://" + addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	if port == "80" {
		port = ""
		if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
			host = "[" + host + "]"
		}
		return "http://" + host
	}
	return "http://" + net.JoinHostPort(host, port)
}

// hostOf gives the host of an origin, without its port: what stands behind the @ of UIDs.
func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}
