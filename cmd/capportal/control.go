package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"capportal/cmd/capportal/portal"
)

// socketName is the control socket's file within CAPPORTAL_DATA.
const socketName = "control.sock"

// storeHeader tells which store a command means, so that one for another database does not run here.
const storeHeader = "Capportal-Store"

// answer is what an act gave, on its way back to the command.
type answer struct {
	Output []byte `json:"output,omitempty"`
	Error  string `json:"error,omitempty"` // sentences, a line each
	Status int    `json:"status"`
}

// control carries out the acts of commands in the serving process. It is reached by a Unix socket
// that the portal's own user alone may open.
type control struct {
	portal *portal.Portal
	server *http.Server
	path   string
	own    os.FileInfo // of the socket we made
}

// listenControl opens the control socket of a portal's data folder. A socket that a dead process left
// is replaced. Where another portal of the same folder answers on it, which only several on one
// MongoDB can do, that one keeps it and the error is os.ErrExist.
func listenControl(p *portal.Portal) (*control, error) {
	if err := os.MkdirAll(p.Settings.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	c := &control{portal: p, path: filepath.Join(p.Settings.Data, socketName)}
	if conn, err := dialSocket(context.Background(), c.path); err == nil {
		conn.Close()
		return nil, os.ErrExist
	}
	l, err := c.listen()
	if err != nil {
		return nil, fmt.Errorf("open the control socket %s: %w", c.path, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /acts/{name}", c.serve)
	c.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(p.Log.Handler(), slog.LevelWarn)}
	go func() { _ = c.server.Serve(l) }() // ends with close, which is no error
	return c, nil
}

// listen makes the socket beside its place and moves it there: nobody ever finds it with wider rights,
// and a stale one is replaced in one step.
func (c *control) listen() (net.Listener, error) {
	fresh := fmt.Sprintf("%s.%d", c.path, os.Getpid())
	_ = os.Remove(fresh)
	at, done, err := reachable(fresh)
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	if err = os.Chmod(fresh, 0o600); err == nil {
		err = os.Rename(fresh, c.path)
	}
	if err == nil {
		c.own, err = os.Lstat(c.path)
	}
	if err != nil {
		_ = os.Remove(fresh)
		l.Close()
		return nil, err
	}
	return l, nil
}

// close ends the socket: acts that run are waited for as long as ctx allows, then broken off.
func (c *control) close(ctx context.Context) {
	if err := c.server.Shutdown(ctx); err != nil {
		_ = c.server.Close()
	}
	if there, err := os.Lstat(c.path); err == nil && os.SameFile(there, c.own) {
		_ = os.Remove(c.path)
	}
}

func (c *control) serve(w http.ResponseWriter, r *http.Request) {
	if meant := r.Header.Get(storeHeader); meant != "" && meant != storeMark(c.portal.Settings) {
		w.WriteHeader(http.StatusMisdirectedRequest)
		return
	}
	make, ok := acts()[r.PathValue("name")]
	if !ok {
		reply(w, answer{Error: "the running portal is of another version and does not know this command: restart it", Status: exitFailed})
		return
	}
	a := make()
	decoder := json.NewDecoder(io.LimitReader(r.Body, 2*maxImport))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(a); err != nil {
		reply(w, answer{Error: "the running portal is of another version and does not understand this command: restart it", Status: exitFailed})
		return
	}
	if s, ok := a.(streamer); ok {
		c.stream(w, r, s)
		return
	}
	var out bytes.Buffer
	err := c.carryOut(r, a, &out)
	if err != nil {
		reply(w, answer{Error: err.Error(), Status: statusOf(err)})
		return
	}
	reply(w, answer{Output: out.Bytes()})
}

func (c *control) carryOut(r *http.Request, a act, out io.Writer) error {
	err := sayDone(r.Context(), c.portal, a, out)
	if err != nil {
		c.portal.Log.Warn("a command failed", "command", r.PathValue("name"))
		return err
	}
	c.portal.Log.Info("carried out a command", "command", r.PathValue("name"))
	return nil
}

func reply(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a) // a command that has gone reads nothing
}

// storeMark tells stores apart without naming them: a database by its address.
func storeMark(s portal.Settings) string {
	sum := sha256.Sum256([]byte(s.MongoDB))
	return hex.EncodeToString(sum[:8])
}

// performThere asks the portal that runs on this data to carry the act out. It has not answered when
// none runs there, or one on another database.
func (p process) performThere(s portal.Settings, name string, a act) (answered bool, err error) {
	path := filepath.Join(s.Data, socketName)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dialSocket(ctx, path) }}}
	body, err := json.Marshal(a)
	if err != nil {
		return true, fmt.Errorf("write down the command: %w", err)
	}
	request, err := http.NewRequestWithContext(p.ctx, http.MethodPost, "http://portal", bytes.NewReader(body))
	if err != nil {
		return true, err
	}
	request.URL.Path = "/acts/" + name
	if s.MongoDB != "" {
		request.Header.Set(storeHeader, storeMark(s))
	}
	response, err := client.Do(request)
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return false, nil
	}
	if err == nil && response.StatusCode == http.StatusMisdirectedRequest {
		response.Body.Close()
		return false, nil
	}
	return true, p.pass(response, err)
}

// pass gives on what the portal answered.
func (p process) pass(response *http.Response, err error) error {
	var a answer
	if err == nil {
		defer response.Body.Close()
		if response.Header.Get("Content-Type") == streamType {
			a, err = p.receive(response)
		} else {
			err = json.NewDecoder(response.Body).Decode(&a)
		}
	}
	if err != nil {
		return failure{"the running portal broke off before it answered: look whether the command was carried out, and try again", exitFailed}
	}
	if a.Status != exitDone {
		return failure{a.Error, a.Status}
	}
	_, err = p.stdout.Write(a.Output)
	return err
}
