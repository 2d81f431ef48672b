package github

import "net/http"

// An apiError is an answer of GitHub that says no.
type apiError struct {
	status  int
	message string
	// details are what an answer has as its errors, nil for none.
	details any
}

// Error is GitHub's message.
func (e *apiError) Error() string { return e.message }

// body is the error as GitHub puts it.
func (e *apiError) body() object {
	body := object{
		"message":           e.message,
		"documentation_url": "https://docs.github.com/rest",
		"status":            statusText(e.status),
	}
	if e.details != nil {
		body["errors"] = e.details
	}
	return body
}

var (
	errBadCredentials = &apiError{status: http.StatusUnauthorized, message: "Bad credentials"}
	errAnonymous      = &apiError{status: http.StatusUnauthorized, message: "Requires authentication"}
	errNotFound       = &apiError{status: http.StatusNotFound, message: "Not Found"}
	// errNoDrafts: https://github.com/SWE-agent/SWE-agent/issues/179
	errNoDrafts = &apiError{
		status:  http.StatusUnprocessableEntity,
		message: "Draft pull requests are not supported in this repository.",
	}
	// errNoIssues: https://github.com/ossf/allstar/issues/64
	errNoIssues = &apiError{status: http.StatusGone, message: "Issues has been disabled in this repository."}
	// errActionsPulls is the first failure of most people's first run:
	// https://github.com/peter-evans/create-pull-request/issues/1175
	errActionsPulls = &apiError{
		status:  http.StatusForbidden,
		message: "GitHub Actions is not permitted to create or approve pull requests.",
	}
)

// forbidden is the answer to a token that may not do what it asks.
func forbidden(caller Permissions) error {
	kind := "personal access token"
	if caller.app() {
		kind = "integration"
	}
	return &apiError{status: http.StatusForbidden, message: "Resource not accessible by " + kind}
}

// unprocessable is a 422 with a message of its own.
func unprocessable(message string) error {
	return &apiError{status: http.StatusUnprocessableEntity, message: message}
}

// failedValidation is the 422 that points at a field, or at none when the
// field is empty.
func failedValidation(resource, field, code, message string) error {
	detail := object{"resource": resource, "code": code}
	if field != "" {
		detail["field"] = field
	}
	if message != "" {
		detail["message"] = message
	}
	return &apiError{http.StatusUnprocessableEntity, "Validation Failed", []object{detail}}
}
