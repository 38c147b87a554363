// Prints the result of each act as a line of JSON: `yes`, or the reason of the failure.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

var (
	url    = os.Getenv("TESSERA_URL")
	config = oauth2.Config{ClientID: os.Getenv("CLIENT_ID"), Endpoint: oauth2.Endpoint{TokenURL: url + "/api/token"}}
	token  *oauth2.Token
)

func status(path string, access string) int {
	request, _ := http.NewRequest("GET", url+path, nil)
	if access != "" {
		request.Header.Set("Authorization", "Bearer "+access)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func alive(token *oauth2.Token, err error) error {
	if err == nil && status("/api/sys/refreshtokens?size=1", token.AccessToken) != 200 {
		return errors.New("The access token is not accepted.")
	}
	return err
}

// A token source refreshes a token that has expired.
func refresh(old *oauth2.Token) (*oauth2.Token, error) {
	expired := *old
	expired.Expiry = time.Now().Add(-time.Hour)
	return config.TokenSource(context.Background(), &expired).Token()
}

func try(act string, run func() error) {
	result := "yes"
	if err := run(); err != nil {
		result = strings.Split(err.Error(), "\n")[0]
	}
	line, _ := json.Marshal(map[string]string{"act": act, "result": result})
	fmt.Println(string(line))
}

func next() (err error) {
	fresh, err := refresh(token)
	if err == nil {
		token = fresh
	}
	return err
}

func main() {
	try("sign in", func() (err error) {
		token, err = config.PasswordCredentialsToken(context.Background(), os.Getenv("USER_NAME"), os.Getenv("USER_PASSWORD"))
		return alive(token, err)
	})
	if token == nil {
		return
	}
	try("refresh", func() error {
		old := token.AccessToken
		if err := next(); err != nil {
			return err
		}
		if token.AccessToken == old {
			return errors.New("The access token is the same.")
		}
		return alive(token, nil)
	})
	try("rotation kept", func() error {
		seen := map[string]bool{token.RefreshToken: true}
		for n := 0; n < 3; n++ {
			if err := next(); err != nil {
				return err
			}
			seen[token.RefreshToken] = true
		}
		if len(seen) != 4 {
			return errors.New("A refresh token was not replaced by its successor.")
		}
		return nil
	})
	try("two concurrently", func() error {
		var group sync.WaitGroup
		tokens, failures := make([]*oauth2.Token, 2), make([]error, 2)
		for n := range tokens {
			group.Add(1)
			go func(n int) { defer group.Done(); tokens[n], failures[n] = refresh(token) }(n)
		}
		group.Wait()
		for n := range tokens {
			if err := alive(tokens[n], failures[n]); err != nil {
				return err
			}
		}
		token = tokens[1]
		return next()
	})
	try("lost answer", func() error {
		status("/control/lose", "")
		if fresh, err := refresh(token); err == nil {
			token = fresh
		}
		if err := next(); err != nil {
			return err
		}
		return alive(token, next())
	})
}
