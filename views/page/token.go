package page

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
)

// TokenField is the field that carries a form's token.
const TokenField = "_csrf"

// Tokens makes and checks the tokens that show that a form came from the portal's own page. A token
// is a random number and its HMAC-SHA-256 under the portal's key, over what binds it to the browser
// (a random cookie) and to the session. Nothing is stored, so that tokens survive a restart and hold
// on every instance; each is different, so that compression betrays nothing.
type Tokens struct{ key []byte }

// NewTokens takes the portal's secret key, of at least 32 bytes.
func NewTokens(key []byte) (*Tokens, error) {
	if len(key) < 32 {
		return nil, errors.New("the key for form tokens is shorter than 32 bytes")
	}
	return &Tokens{key: key}, nil
}

const nonceSize = 12

// Make makes a token bound to a browser and a session.
func (t *Tokens) Make(browser, session string) string {
	nonce := make([]byte, nonceSize, nonceSize+sha256.Size)
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(append(nonce, t.sum(nonce, browser, session)...))
}

// Valid tells whether a token was made for this browser and session.
func (t *Tokens) Valid(token, browser, session string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != nonceSize+sha256.Size || browser == "" {
		return false
	}
	return subtle.ConstantTimeCompare(raw[nonceSize:], t.sum(raw[:nonceSize], browser, session)) == 1
}

func (t *Tokens) sum(nonce []byte, browser, session string) []byte {
	m := hmac.New(sha256.New, t.key)
	m.Write([]byte("form\x00"))
	m.Write(nonce)
	bound := sha256.Sum256([]byte(browser + "\x00" + session))
	m.Write(bound[:])
	return m.Sum(nil)
}

// Expired answers to a form whose token no longer holds. When the browser itself says that the form
// came from the portal's own page, what was typed is kept and can be sent again; otherwise not, since
// another site may have filled it in.
func (r *Renderer) Expired(c *fiber.Ctx, own bool) error {
	refused := events.E(events.Denied, "form_foreign", "")
	if !own || WantsJSON(c) {
		return refused
	}
	f, err := Parse(c)
	if err != nil || len(f.files) > 0 {
		return refused
	}
	s := Of(c)
	return r.Render(c, "page/expired", View{Title: s.Words.T("fault.form_expired"), Status: http.StatusForbidden, NoIndex: true,
		Data: Confirmation{Action: s.SameIn(s.Lang()), Hidden: f.Echo()}})
}

// Once is a number that is the same when the very same form is sent twice, and different for each
// time it was shown; "" when the form carried no token.
func (f *Form) Once() string {
	token := f.Value(TokenField)
	if len(token) < 16 {
		return ""
	}
	return token[:16]
}
