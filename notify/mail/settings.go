package mail

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
)

// TLS says how the connection to the mail server is protected.
type TLS string

const (
	// StartTLS begins in the clear and demands STARTTLS before anything else
	// (RFC 3207); a server without it is refused.
	StartTLS TLS = "starttls"
	// ImplicitTLS speaks TLS from the first byte (RFC 8314).
	ImplicitTLS TLS = "implicit"
	// NoTLS never encrypts: for a mail server on this machine or network alone.
	NoTLS TLS = "none"
)

// Settings says where the mail server is and how to sign in to it.
type Settings struct {
	Host string
	Port int
	TLS  TLS
	// User is empty where the server asks for no authentication.
	User string

	password string
}

// String is the address without the password, for logs and messages.
func (s Settings) String() string {
	u := url.URL{Scheme: "smtp", Host: s.address(), RawQuery: "tls=" + string(s.TLS)}
	if s.User != "" {
		u.User = url.UserPassword(s.User, "…")
	}
	text, _ := url.PathUnescape(u.String())
	return text
}

// GoString keeps the password out of %#v too.
func (s Settings) GoString() string { return s.String() }

func (s Settings) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// ParseURL reads smtp://user:password@host:port?tls=starttls|implicit|none.
//
// Without tls, port 465 means implicit and every other starttls; without a port,
// 465 for implicit, 25 for none, else 587. Errors name what is wrong, never the
// password.
func ParseURL(raw string) (Settings, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// The error of url.Parse repeats the whole URL, password included.
		return Settings{}, errors.New("the mail server's address is not a URL of the form smtp://user:password@host:587?tls=starttls; write special characters of the password as %XX")
	}
	if u.Scheme != "smtp" {
		return Settings{}, fmt.Errorf("the mail server's address begins with %q instead of \"smtp://\"", u.Scheme+"://")
	}
	if u.Hostname() == "" {
		return Settings{}, errors.New("the mail server's address names no host: smtp://user:password@host:587?tls=starttls")
	}
	if u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return Settings{}, errors.New("the mail server's address has something after the port other than ?tls=…; write special characters of the password as %XX")
	}
	s := Settings{Host: u.Hostname()}
	if u.User != nil {
		s.User = u.User.Username()
		s.password, _ = u.User.Password()
		if s.User == "" || s.password == "" {
			return Settings{}, errors.New("the mail server's address needs both user and password, or neither")
		}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Settings{}, errors.New("the mail server's address has an unreadable part after the ?; only tls=starttls, tls=implicit or tls=none is known")
	}
	for name, values := range query {
		if name != "tls" || len(values) != 1 {
			return Settings{}, fmt.Errorf("the mail server's address has %q after the ?; only one tls=starttls, tls=implicit or tls=none is known", name)
		}
	}
	if p := u.Port(); p != "" {
		if s.Port, err = strconv.Atoi(p); err != nil || s.Port < 1 || s.Port > 65535 {
			return Settings{}, fmt.Errorf("the mail server's port %q is not between 1 and 65535", p)
		}
	}
	switch s.TLS = TLS(query.Get("tls")); s.TLS {
	case StartTLS, ImplicitTLS, NoTLS:
	case "":
		s.TLS = StartTLS
		if s.Port == 465 {
			s.TLS = ImplicitTLS
		}
	default:
		return Settings{}, fmt.Errorf("the mail server's tls is %q; it can be starttls, implicit or none", s.TLS)
	}
	if s.Port == 0 {
		s.Port = map[TLS]int{StartTLS: 587, ImplicitTLS: 465, NoTLS: 25}[s.TLS]
	}
	return s, nil
}
