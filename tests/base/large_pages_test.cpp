#include "amt/base/large_pages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace amt {
namespace {

/// Returns whether the kernel was asked for large pages at this address: the mapping's flags in
/// /proc/self/smaps contain "hg".
bool large_pages_requested(const void* memory) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool here = false;
  while (std::getline(maps, line)) {
    std::uintptr_t begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      here = begin <= address && address < end;
    } else if (here && line.starts_with("VmFlags:")) {
      std::istringstream flags(line);
      return std::count(std::istream_iterator<std::string>(flags), {}, "hg") > 0;
    }
  }
  ADD_FAILURE() << "/proc/self/smaps does not list " << memory;
  return false;
}

TEST(LargePages, AreRequestedForLargeVectorsOfZeros) {
  if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) {
    GTEST_SKIP() << "this kernel has no large pages";
  }
  const std::vector<float> values = large_vector(std::size_t{4} << 20);  // 16 MiB
  EXPECT_EQ(std::ranges::count(values, 0.0f), 4 << 20);
  EXPECT_TRUE(large_pages_requested(&values[values.size() / 2]));
}

TEST(LargePages, AreNotRequestedForMemoryWithoutAWholePage) {
  const std::vector<float> values = large_vector(1000);
  EXPECT_EQ(std::ranges::count(values, 0.0f), 1000);
  EXPECT_FALSE(large_pages_requested(values.data()));
  request_large_pages(nullptr, 0);
}

}  // namespace
}  // namespace amt
