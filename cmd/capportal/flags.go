package main

// flags are the settings as given on the command line. Empty means not given there: the environment
// is asked next, then the file, then the default (settings in config.go).
type flags struct {
	Config         string `name:"config" placeholder:"FILE" help:"A file of NAME=value lines with the settings below ($CAPPORTAL_CONFIG)."`
	Addr           string `name:"addr" placeholder:"HOST:PORT" help:"Where to listen; port 0 picks one and prints it. Default 127.0.0.1:8080 ($CAPPORTAL_ADDR)."`
	BaseURL        string `name:"base-url" placeholder:"URL" help:"The only origin ever written into a link or mail. Default: from the address ($CAPPORTAL_BASE_URL)."`
	Data           string `name:"data" placeholder:"DIR" help:"The folder of the embedded store. Default ./capportal-data ($CAPPORTAL_DATA)."`
	MongoDBURI     string `name:"mongodb-uri" placeholder:"URI" help:"A MongoDB replica set, mongodb://…/capportal?replicaSet=…; empty: the embedded store ($CAPPORTAL_MONGODB_URI)."`
	DocumentsURL   string `name:"documents-url" placeholder:"URL" help:"Where uploads live; not used yet ($CAPPORTAL_DOCUMENTS_URL)."`
	SMTPURL        string `name:"smtp-url" placeholder:"URL" help:"The mail server, smtp://user:pass@host:587?tls=starttls (implicit, none); empty: mail waits ($CAPPORTAL_SMTP_URL)."`
	IMAPURL        string `name:"imap-url" placeholder:"URL" help:"The mailbox of replies; not used yet ($CAPPORTAL_IMAP_URL)."`
	AuthservID     string `name:"authserv-id" placeholder:"NAME" help:"The mail server's name in Authentication-Results; not used yet ($CAPPORTAL_AUTHSERV_ID)."`
	LMTPAddr       string `name:"lmtp-addr" placeholder:"ADDR" help:"Where to take replies by LMTP; not used yet ($CAPPORTAL_LMTP_ADDR)."`
	DKIMKey        string `name:"dkim-key" placeholder:"FILE" help:"The key that signs mail; not used yet ($CAPPORTAL_DKIM_KEY)."`
	DKIMSelector   string `name:"dkim-selector" placeholder:"NAME" help:"The key's name in the DNS; not used yet ($CAPPORTAL_DKIM_SELECTOR)."`
	From           string `name:"from" placeholder:"ADDRESS" help:"Sender of all mail and organizer of calendar entries, 'WCO CAP Secretariat <cap@portal.example>'; required with a mail server ($CAPPORTAL_FROM)."`
	TrustedProxies string `name:"trusted-proxies" placeholder:"LIST" help:"Addresses or networks whose X-Forwarded-* is believed, with commas between. Default: none ($CAPPORTAL_TRUSTED_PROXIES)."`
	MetricsAddr    string `name:"metrics-addr" placeholder:"HOST:PORT" help:"A listener of its own for /metrics; port 0 picks one and logs it. Default: none ($CAPPORTAL_METRICS_ADDR)."`
	Timezone       string `name:"timezone" placeholder:"ZONE" help:"The Secretariat's time zone. Default Europe/Brussels ($CAPPORTAL_TIMEZONE)."`
	Languages      string `name:"languages" placeholder:"LIST" help:"Languages on offer, with commas between. Default en,fr,es,ar,ru,pt ($CAPPORTAL_LANGUAGES)."`
}

// given pairs each flag with its setting's name.
func (f *flags) given() map[string]string {
	return map[string]string{
		"CAPPORTAL_CONFIG":          f.Config,
		"CAPPORTAL_ADDR":            f.Addr,
		"CAPPORTAL_BASE_URL":        f.BaseURL,
		"CAPPORTAL_DATA":            f.Data,
		"CAPPORTAL_MONGODB_URI":     f.MongoDBURI,
		"CAPPORTAL_DOCUMENTS_URL":   f.DocumentsURL,
		"CAPPORTAL_SMTP_URL":        f.SMTPURL,
		"CAPPORTAL_IMAP_URL":        f.IMAPURL,
		"CAPPORTAL_AUTHSERV_ID":     f.AuthservID,
		"CAPPORTAL_LMTP_ADDR":       f.LMTPAddr,
		"CAPPORTAL_DKIM_KEY":        f.DKIMKey,
		"CAPPORTAL_DKIM_SELECTOR":   f.DKIMSelector,
		"CAPPORTAL_FROM":            f.From,
		"CAPPORTAL_TRUSTED_PROXIES": f.TrustedProxies,
		"CAPPORTAL_METRICS_ADDR":    f.MetricsAddr,
		"CAPPORTAL_TIMEZONE":        f.Timezone,
		"CAPPORTAL_LANGUAGES":       f.Languages,
	}
}
