// Holds our OFX headers beside the official ones; fails when a fact that both have differs.
#include <cstdio>

#include "table.h"

Rows our_abi();
Rows official_abi();

int main() {
  const Rows ours = our_abi();
  const Rows official = official_abi();
  int same = 0, different = 0;
  for (const auto& [name, fact] : ours) {
    const auto other = official.find(name);
    if (other == official.end()) continue;  // an extension, or older headers
    if (other->second == fact) {
      ++same;
      continue;
    }
    std::fprintf(stderr, "%s: ours is %s, the official one is %s\n", name.c_str(), fact.c_str(),
                 other->second.c_str());
    ++different;
  }
  std::printf("OFX headers: %d facts agree, %d differ\n", same, different);
  if (same == 0) std::fprintf(stderr, "OPENFX_INCLUDE_DIR holds no OFX headers.\n");
  return different || !same ? 1 : 0;
}
