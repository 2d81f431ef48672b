package closure

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// newestFormat is the last --json-format this package reads; format 3 differs
// from 2 in signatures only, which nobody here looks at.
// https://nix.dev/manual/nix/2.34/protocols/json/store-object-info
const newestFormat = 3

// ParsePathInfo reads the JSON that `nix path-info -r --json` prints about any
// number of toplevels: a list of objects (Nix up to 2.18, Lix), a map by path
// (2.19 on, --json-format 1), or a map by base name with its store directory
// beside it (--json-format 2 and 3). Paths that Nix calls invalid are left out.
// The error says what in the listing is not as it should be; a path whose
// references are not listed is one, so -r is needed.
func ParsePathInfo(r io.Reader) (Listing, error) {
	p := pathInfoParser{json: json.NewDecoder(r)}
	err := p.parse()
	if err != nil {
		return nil, fmt.Errorf("reading the JSON of nix path-info: %w", err)
	}
	listing, err := resolve(p.infos)
	if err != nil {
		return nil, fmt.Errorf("reading the JSON of nix path-info: %w", err)
	}
	return listing, nil
}

// A pathInfo is one valid store path as Nix prints it.
type pathInfo struct {
	Path       string   `json:"path"`
	NarSize    int64    `json:"narSize"`
	References []string `json:"references"`
	Deriver    string   `json:"deriver"`
}

// resolve turns references into places.
func resolve(infos []pathInfo) (Listing, error) {
	places := make(map[string]int32, len(infos))
	listing := make(Listing, len(infos))
	for i, info := range infos {
		if _, ok := places[info.Path]; ok {
			return nil, fmt.Errorf("%s is listed twice", info.Path)
		}
		places[info.Path] = int32(i)
		listing[i] = Path{Path: info.Path, NarSize: info.NarSize, Deriver: info.Deriver}
		if err := listing[i].check(); err != nil {
			return nil, err
		}
	}
	for i, info := range infos {
		listing[i].References = make([]int32, len(info.References))
		for j, reference := range info.References {
			to, ok := places[reference]
			if !ok {
				return nil, fmt.Errorf("%s refers to %q, which is not listed: the listing is no whole closure", info.Path, reference)
			}
			listing[i].References[j] = to
		}
	}
	return listing, nil
}

type pathInfoParser struct {
	json  *json.Decoder
	infos []pathInfo
}

func (p *pathInfoParser) parse() error {
	token, err := p.json.Token()
	if errors.Is(err, io.EOF) {
		return errors.New("there is none: Nix printed nothing")
	}
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		err = p.list()
	case json.Delim('{'):
		err = p.object()
	default:
		err = fmt.Errorf("it is %v, and neither a list nor an object", token)
	}
	if err != nil {
		return err
	}
	if _, err := p.json.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the listing")
	}
	return nil
}

func (p *pathInfoParser) list() error {
	for p.json.More() {
		entry := struct {
			pathInfo
			Valid *bool `json:"valid"`
		}{}
		if err := p.json.Decode(&entry); err != nil {
			return fmt.Errorf("entry %d of the list: %w", len(p.infos)+1, err)
		}
		if entry.Valid == nil || *entry.Valid {
			p.infos = append(p.infos, entry.pathInfo)
		}
	}
	_, err := p.json.Token()
	return err
}

// object reads a map by path and the envelope of the newer formats, which
// comes with its keys in any order.
func (p *pathInfoParser) object() error {
	var version int
	var storeDir string
	enveloped := false
	for p.json.More() {
		key, err := p.key()
		if err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(key, "/"):
			err = p.entry(key)
		case key == "version":
			err = p.json.Decode(&version)
		case key == "storeDir":
			err = p.json.Decode(&storeDir)
		case key == "info":
			enveloped = true
			err = p.info()
		default:
			err = errors.New("no such key is known")
		}
		if err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
	}
	if _, err := p.json.Token(); err != nil {
		return err
	}
	return p.envelope(enveloped, version, storeDir)
}

// envelope completes the base names of formats 2 and 3.
func (p *pathInfoParser) envelope(enveloped bool, version int, storeDir string) error {
	switch {
	case !enveloped && version == 0 && storeDir == "":
		return nil
	case version < 2 || version > newestFormat:
		return fmt.Errorf("its format is %d, and only 1 to %d are known: ask for --json-format 1", version, newestFormat)
	case !enveloped:
		return errors.New(`it has a format and no "info"`)
	case !strings.HasPrefix(storeDir, "/"):
		return fmt.Errorf("its store directory is %q", storeDir)
	}
	for i := range p.infos {
		info := &p.infos[i]
		info.Path = storeDir + "/" + info.Path
		for j, reference := range info.References {
			info.References[j] = storeDir + "/" + reference
		}
		if info.Deriver != "" {
			info.Deriver = storeDir + "/" + info.Deriver
		}
	}
	return nil
}

func (p *pathInfoParser) info() error {
	token, err := p.json.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return fmt.Errorf("it is %v, and no object", token)
	}
	for p.json.More() {
		key, err := p.key()
		if err != nil {
			return err
		}
		if err := p.entry(key); err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
	}
	_, err = p.json.Token()
	return err
}

// entry reads what stands beside a path; null means that it is not valid.
func (p *pathInfoParser) entry(path string) error {
	var info *pathInfo
	if err := p.json.Decode(&info); err != nil {
		return err
	}
	if info != nil {
		info.Path = path
		p.infos = append(p.infos, *info)
	}
	return nil
}

func (p *pathInfoParser) key() (string, error) {
	token, err := p.json.Token()
	if err != nil {
		return "", err
	}
	key, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("%v stands where a key should", token)
	}
	return key, nil
}
