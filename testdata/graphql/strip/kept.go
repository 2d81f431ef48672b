package main

// kept are the fields of each object that nixferry asks of GitHub. An object
// without a list keeps all fields that lead to nothing but texts and numbers.
var kept = map[string][]string{
	"Mutation": {
		"convertPullRequestToDraft",
		"disablePullRequestAutoMerge",
		"enablePullRequestAutoMerge",
		"markPullRequestReadyForReview",
		"updateRefs",
	},
	"ConvertPullRequestToDraftPayload":     nil,
	"DisablePullRequestAutoMergePayload":   nil,
	"EnablePullRequestAutoMergePayload":    nil,
	"MarkPullRequestReadyForReviewPayload": nil,
	"UpdateRefsPayload":                    nil,
}
