package derivation

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// system adds a host of about 2,800 derivations and 6.5 MB, of which 1,200 only
// fetch; after bumps a library that two thirds are built from.
func (s store) system(after bool) string {
	random := rand.New(rand.NewPCG(1, 2))
	curl := s.add(pick(after, "curl-8.11.0", "curl-8.12.0"))
	libc, pcre := s.add("glibc-2.40"), s.add(pick(after, "pcre-8.39", "pcre-8.40"))
	var drvs []string
	for number := range 1600 {
		with := []string{libc, "script=" + strings.Repeat("make \"$out\"\n", 150), "configureFlags=" + strings.Repeat("--with-something ", 40)}
		if number < 1200 {
			with = append(with, s.fetch(fmt.Sprintf("package%d.tar.gz", number), strconv.Itoa(number), curl))
		}
		if number%9 == 5 {
			with = append(with, pcre)
		}
		for at := range 2 {
			if number > at*600+5 {
				with = append(with, drvs[max(0, number-5-random.IntN(400))])
			}
		}
		drvs = append(drvs, s.add(fmt.Sprintf("package%d-1.%d", number, number%7), with...))
	}
	return s.add("nixos-system-web-25.11", drvs...)
}

func BenchmarkCauses(b *testing.B) {
	s := newStore()
	before, after := s.system(false), s.system(true)
	size := 0
	for _, text := range s.files {
		size += len(text)
	}
	var set *Set
	b.Run("load", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(size))
		for b.Loop() {
			set = s.load(b, before, after)
		}
		b.ReportMetric(float64(len(set.drvs)), "derivations")
	})
	b.Run("compare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			causes := Compare(set, []Pair{{"web", before, after}})
			b.ReportMetric(float64(causes.Rebuilds), "rebuilds")
		}
	})
}
