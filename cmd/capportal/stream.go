package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

// A streamer's output travels through the control socket as it comes; behind it, in a trailer, comes
// the answer that says whether it is good.
const (
	streamType    = "application/octet-stream"
	answerTrailer = "Capportal-Answer"
)

// stream carries out an act in the serving process and writes its output as it comes.
func (c *control) stream(w http.ResponseWriter, r *http.Request, s streamer) {
	w.Header().Set("Content-Type", streamType)
	w.Header().Set("Trailer", answerTrailer)
	w.WriteHeader(http.StatusOK)
	var a answer
	if err := c.carryOut(r, s, w); err != nil {
		a = answer{Error: err.Error(), Status: statusOf(err)}
	}
	if b, err := json.Marshal(a); err == nil {
		// Escaped, because a header carries neither line ends nor what is not ASCII.
		w.Header().Set(answerTrailer, url.QueryEscape(string(b)))
	}
}

// receive writes a stream to standard output and gives the answer behind it.
func (p process) receive(response *http.Response) (a answer, err error) {
	if _, err = io.Copy(p.stdout, response.Body); err != nil {
		return a, err
	}
	text, err := url.QueryUnescape(response.Trailer.Get(answerTrailer))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal([]byte(text), &a) // empty, it is no answer
}
