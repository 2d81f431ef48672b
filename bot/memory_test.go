package bot

import (
	"testing"

	"github.com/nixferry/nixferry/bot/config"
)

func TestParseMemAvailable(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       int64
		ok         bool
	}{
		{"as Linux writes it", "MemTotal:       24683812 kB\nMemFree:        21902340 kB\nMemAvailable:   24189212 kB\n", 24189212 << 10, true},
		{"no line end", "MemAvailable: 1 kB", 1024, true},
		{"an old kernel without it", "MemTotal: 10 kB\nMemFree: 5 kB\n", 0, false},
		{"another unit", "MemAvailable: 10 MB\n", 0, false},
		{"no number", "MemAvailable: many kB\n", 0, false},
		{"empty", "", 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, ok := parseMemAvailable(test.text); got != test.want || ok != test.ok {
				t.Errorf("got %d, %t, want %d, %t", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestParseReclaimable(t *testing.T) {
	for text, want := range map[string]int64{
		"anon 5\nfile 9\ninactive_anon 1\ninactive_file 4096\nactive_file 2\n": 4096,
		"anon 5\n":             0,
		"inactive_file many\n": 0,
		"inactive_file -7\n":   0,
		"":                     0,
	} {
		if got := parseReclaimable(text); got != want {
			t.Errorf("%q gives %d, want %d", text, got, want)
		}
	}
}

func FuzzParseMemAvailable(f *testing.F) {
	f.Add("MemAvailable: 1 kB")
	f.Fuzz(func(t *testing.T, text string) {
		if got, ok := parseMemAvailable(text); !ok && got != 0 {
			t.Errorf("%q is no answer, and gives %d", text, got)
		}
	})
}

func TestWorkers(t *testing.T) {
	if got := workers(config.Config{EvalWorkers: 7, EvalMemory: 1 << 60}); got != 7 {
		t.Errorf("%d workers, though the owner wants 7", got)
	}
	if got := workers(config.Config{EvalMemory: 1 << 60}); got != 1 {
		t.Errorf("%d workers where there is no memory for one, want 1", got)
	}
}
