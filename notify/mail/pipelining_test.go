package mail_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"capportal/notify/mail"
)

// austere is a mail server of few words: it says what answers says to the commands that begin so,
// and what it heard comes out at the end, commands that came in one go on one line.
func austere(t *testing.T, extensions string, answers map[string]string) (url string, heard func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		r := bufio.NewReader(c)
		say := func(s string) { fmt.Fprint(c, s+"\r\n") }
		say("220 ready")
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			b.WriteString(verb)
			if r.Buffered() > 0 {
				b.WriteString("+")
			} else {
				b.WriteString("\n")
			}
			answer := answers[verb]
			switch {
			case verb == "EHLO":
				answer = "250-austere\r\n" + extensions + "250 HELP"
			case verb == "QUIT":
				say("221 bye")
				return
			case answer == "" && verb == "DATA":
				answer = "354 go on"
			case answer == "":
				answer = "250 fine"
			}
			say(answer)
			if !strings.HasPrefix(answer, "354") {
				continue
			}
			for line != ".\r\n" {
				if line, err = r.ReadString('\n'); err != nil {
					return
				}
				if strings.HasPrefix(line, "..") {
					b.WriteString(strings.TrimSpace(line) + "\n")
				}
			}
			b.WriteString(".\n")
			if answers["."] != "" {
				say(answers["."])
			} else {
				say("250 taken")
			}
		}
	}()
	return "smtp://" + l.Addr().String() + "?tls=none", func() string { l.Close(); <-ended; return b.String() }
}

// Commands go together to a server that offers it, and one by one to any other.
func TestClient_Pipelining(t *testing.T) {
	for name, c := range map[string]struct{ extensions, want string }{
		"offered":     {"250-PIPELINING\r\n", "EHLO\nMAIL+RCPT+DATA\n.\nMAIL+RCPT+DATA\n.\nQUIT\n"},
		"not offered": {"", "EHLO\nMAIL\nRCPT\nDATA\n.\nMAIL\nRCPT\nDATA\n.\nQUIT\n"},
	} {
		t.Run(name, func(t *testing.T) {
			url, heard := austere(t, c.extensions, nil)
			k := client(t, url, mail.Options{})
			for range 2 {
				if err := k.Send(t.Context(), request()); err != nil {
					t.Fatal(err)
				}
			}
			k.Close()
			if got := heard(); got != c.want {
				t.Errorf("the server heard\n%swant\n%s", got, c.want)
			}
		})
	}
}

// A recipient refused in the middle of what went together is the mail's error, and the connection
// carries the next mail, even if the server asked for the content all the same (RFC 2920 3.1).
func TestClient_PipelinedRefusal(t *testing.T) {
	for name, c := range map[string]struct {
		answers map[string]string
		want    string
	}{
		"and no content wanted": {map[string]string{"RCPT": "550 no such user", "DATA": "503 nobody to send to"}, "EHLO\nMAIL+RCPT+DATA\nRSET\nQUIT\n"},
		"yet content wanted":    {map[string]string{"RCPT": "550 no such user", ".": "554 nobody to send to"}, "EHLO\nMAIL+RCPT+DATA\n.\nRSET\nQUIT\n"},
		"all refused":           {map[string]string{"MAIL": "550 no such user", "RCPT": "503 who sends?", "DATA": "503 who sends?"}, "EHLO\nMAIL+RCPT+DATA\nRSET\nQUIT\n"},
	} {
		t.Run(name, func(t *testing.T) {
			url, heard := austere(t, "250-PIPELINING\r\n", c.answers)
			k := client(t, url, mail.Options{})
			err := k.Send(t.Context(), request())
			if err == nil || mail.Code(err) != 550 || !strings.Contains(err.Error(), "no such user") || strings.Contains(err.Error(), "503") {
				t.Errorf("the error is %v", err)
			}
			k.Close()
			if got := heard(); got != c.want {
				t.Errorf("the server heard\n%swant\n%s", got, c.want)
			}
		})
	}
}

// A line that begins with a dot gets a second one, in either way of sending (RFC 5321 4.5.2).
func TestClient_DotsAreDoubled(t *testing.T) {
	url, heard := austere(t, "250-PIPELINING\r\n", nil)
	k := client(t, url, mail.Options{})
	m := request()
	m.Text = "first\n.\n..second\n.third"
	if err := k.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	k.Close()
	if got := heard(); !strings.Contains(got, "\n..\n...second\n..third\n.\n") {
		t.Errorf("the server heard\n%s", got)
	}
}
