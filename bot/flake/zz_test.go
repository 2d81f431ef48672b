package flake
import ("testing";"strings";"time";"fmt")
func TestZZ(t *testing.T){
 for _, s := range []string{strings.Repeat("a.",500000), strings.Repeat("\"${",300000), strings.Repeat("{ a = \"x${y}z\"; } ",60000), strings.Repeat("${",500000), strings.Repeat("''",500001), strings.Repeat("nixpkgs = if a then ",50000), strings.Repeat("nixpkgs = (",90000), strings.Repeat("channelName = nixosSystem ",40000), strings.Repeat("nodeNixpkgs { ",70000), strings.Repeat("outputs = { ",80000), strings.Repeat("inherit (nixpkgs) ",50000), strings.Repeat("inputs.\"nixpkgs${a}\" ",50000)} {
  st:=time.Now()
  if r, ok := newReader([]byte(s), []string{"nixpkgs"}, func(string) bool {return true}, nil); ok { r.systemCalls(); r.arguments("outputs"); r.isFlake() }
  fmt.Println(s[:10], time.Since(st))
 }
}
