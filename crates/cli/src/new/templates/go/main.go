// {{ name }}: an adapter for kubeproof, for {{ provider }}. Call your client in fetch; what is there asks by the standard library alone.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
{%- if answer == "encoded" %}
	"encoding/base64"
{%- endif %}
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// request is what the protocol calls a fetch.
type request struct {
	ID          string            `json:"id"`
	BaseURL     string            `json:"base_url"`
	CAPEM       *string           `json:"ca_pem"`
	Credentials map[string]string `json:"credentials"`
	Cluster     map[string]string `json:"cluster"`
	Options     map[string]any    `json:"options"`
	TimeoutMS   int64             `json:"timeout_ms"`
}

// failure says why a fetch ended with nothing: Kind is one of those of the protocol.
type failure struct {
	Kind    string `json:"kind"`
	Status  int    `json:"status,omitempty"`
	Message string `json:"message"`
}

func (f *failure) Error() string { return f.Message }

var about = map[string]any{
	"protocol":  1,
	"name":      "{{ name }}",
	"version":   "0.1.0",
	"providers": []string{"{{ provider }}"},
	"features":  []string{ {{- features_go -}} },
}

func fetch(r request) (map[string]any, error) {
	path := "{{ path }}"
	for name, id := range r.Cluster {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(id))
	}
{%- if expiry %}
	if seconds, asked := r.Options["expiry_seconds"]; asked {
		path += fmt.Sprintf("?expiry_seconds=%v", seconds)
	}
{%- endif %}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(r.TimeoutMS)*time.Millisecond)
	defer cancel()
	asked, err := http.NewRequestWithContext(ctx, http.MethodGet, r.BaseURL+path, nil)
	if err != nil {
		return nil, &failure{Kind: "invalid-argument", Message: "this is no URL"}
	}
	asked.Header.Set("{{ header }}", "{{ prefix }}"+r.Credentials["{{ credential }}"])
	transport := &http.Transport{DisableKeepAlives: true}
	if r.CAPEM != nil {
		trusted := x509.NewCertPool()
		trusted.AppendCertsFromPEM([]byte(*r.CAPEM))
		transport.TLSClientConfig = &tls.Config{RootCAs: trusted}
	}
	// No redirect is followed: the credential is for one server.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := (&http.Client{Transport: transport, CheckRedirect: stay}).Do(asked)
	if err != nil {
		return nil, failed(ctx, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, failed(ctx, err)
	}
	if answer.StatusCode != http.StatusOK {
		message := fmt.Sprintf("the provider answers %d", answer.StatusCode)
		return nil, &failure{Kind: kindOfStatus(answer.StatusCode), Status: answer.StatusCode, Message: message}
	}
	return read(text)
}

// read takes out of an answer what is wanted.
func read(text []byte) (map[string]any, error) {
{%- if answer == "yaml" %}
	if !strings.Contains("\n"+string(text), "\ncurrent-context:") {
		return nil, &failure{Kind: "malformed", Message: "the answer is no kubeconfig"}
	}
	return map[string]any{"kubeconfig": string(text)}, nil
{%- elif answer == "json" %}
	var kubeconfig struct {
		Clusters []any `json:"clusters"`
	}
	if json.Unmarshal(text, &kubeconfig) != nil || len(kubeconfig.Clusters) == 0 {
		return nil, &failure{Kind: "malformed", Message: "the answer is no kubeconfig"}
	}
	return map[string]any{"kubeconfig": string(text)}, nil
{%- elif answer == "encoded" %}
	var object struct {
		Kubeconfig string `json:"kubeconfig"`
	}
	if json.Unmarshal(text, &object) != nil {
		return nil, &failure{Kind: "malformed", Message: "the answer is not what the document describes"}
	}
	kubeconfig, err := base64.StdEncoding.DecodeString(object.Kubeconfig)
	if err != nil || !strings.Contains("\n"+string(kubeconfig), "\ncurrent-context:") {
		return nil, &failure{Kind: "malformed", Message: "the answer holds no kubeconfig"}
	}
	return map[string]any{"kubeconfig": string(kubeconfig)}, nil
{%- elif answer == "access" %}
	var items []any
	if json.Unmarshal(text, &items) != nil || len(items) == 0 {
		return nil, &failure{Kind: "malformed", Message: "the answer is no access information"}
	}
	if items[0] == "Downloaded" {
		return nil, &failure{Kind: "already-downloaded", Message: "the access information was downloaded before"}
	}
	return map[string]any{"access": items}, nil
{%- else %}
	var connection struct {
		Endpoint string `json:"endpoint"`
		CAData   string `json:"caData"`
	}
	if json.Unmarshal(text, &connection) != nil || connection.Endpoint == "" || connection.CAData == "" {
		return nil, &failure{Kind: "malformed", Message: "the answer is no connection information"}
	}
	return map[string]any{"connection": map[string]string{"endpoint": connection.Endpoint, "ca_data": connection.CAData} }, nil
{%- endif %}
}

func failed(ctx context.Context, err error) error {
	var untrusted *tls.CertificateVerificationError
	switch {
	case ctx.Err() != nil:
		return &failure{Kind: "timeout", Message: "the answer did not come in time"}
	case errors.As(err, &untrusted):
		return &failure{Kind: "tls", Message: "the server is not trusted"}
	default:
		return &failure{Kind: "transport", Message: "the connection failed"}
	}
}

func kindOfStatus(status int) string {
	switch {
	case status == 401:
		return "unauthenticated"
	case status == 403:
		return "forbidden"
	case status == 404:
		return "not-found"
	case status == 429:
		return "rate-limited"
	case status >= 500:
		return "unavailable"
	default:
		return "rejected"
	}
}

// A JSON line in, a JSON line out, until the input ends. What is for people goes to standard error.
func main() {
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked struct {
			Fetch *request `json:"fetch"`
		}
		if err := json.Unmarshal(line, &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		said := map[string]any{"hello": about}
		if asked.Fetch != nil {
			result, err := fetch(*asked.Fetch)
			if err != nil {
				result = map[string]any{"error": err}
			}
			result["id"] = asked.Fetch.ID
			said = map[string]any{"result": result}
		}
		text, err := json.Marshal(said)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(string(text))
	}
}
