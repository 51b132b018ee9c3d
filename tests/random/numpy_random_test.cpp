// Random numbers recorded from numpy 1.24.2 on x86-64 with glibc 2.36.
#include "amt/random/numpy_random.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <span>

#include "amt/base/error.hpp"
#include "amt/base/hash.hpp"

namespace amt {
namespace {

TEST(NumpyRandom, RandomAgreesWithNumpy) {
  NumpyRandom random(0);
  for (const double expected :
       {0x1.18fe1565f12a8p-1, 0x1.6e2d4cf608733p-1, 0x1.349d66b6e894bp-1, 0x1.16faedb6395f5p-1}) {
    EXPECT_EQ(random.random(), expected);
  }
  EXPECT_EQ(NumpyRandom(4294967295u).random(), 0x1.8fe69a3924820p-4);
}

// Makes all kinds of draws from one stream; each must consume as many 32-bit outputs as in numpy.
TEST(NumpyRandom, AllKindsOfDrawsAgreeWithNumpy) {
  NumpyRandom random(0);
  for (int i = 0; i < 4; ++i) random.random();
  for (const double expected :
       {0x1.60abc8e769cd7p+3, 0x1.4c36026ac6ca6p+4, 0x1.705510ca9fa0bp+3, 0x1.63c38f596541dp+5}) {
    EXPECT_EQ(random.exponential(1 / .05), expected);
  }
  for (const int expected : {9, 2, 7, 8, 8, 9, 2, 6, 9, 5, 4, 1}) {
    EXPECT_EQ(random.randint(1, 10), expected);
  }
  EXPECT_EQ(random.randint(7, 8), 7);  // consumes no output
  EXPECT_EQ(random.random(), 0x1.aa4d25fd4207bp-1);
  std::vector<std::uint32_t> taken;
  random.choice(16, 5, taken);
  EXPECT_EQ(taken, (std::vector<std::uint32_t>{5, 13, 7, 4, 10}));
  random.permutation(7, taken);
  EXPECT_EQ(taken, (std::vector<std::uint32_t>{6, 1, 5, 3, 4, 2, 0}));
  EXPECT_EQ(random.random(), 0x1.794d56dd31912p-1);
}

TEST(NumpyRandom, TheWidestRangeAgreesWithNumpy) {
  NumpyRandom random(1);
  for (const std::int64_t expected : {1791095845LL, 4282876139LL, 3093770124LL, 4005303368LL}) {
    EXPECT_EQ(random.randint(0, 4294967295), expected);
  }
}

template <class T>
void append(const T& value, std::vector<std::byte>& bytes) {
  const auto piece = std::as_bytes(std::span(&value, 1));
  bytes.insert(bytes.end(), piece.begin(), piece.end());
}

TEST(NumpyRandom, ManyInterleavedDrawsAgreeWithNumpy) {
  NumpyRandom random(12345);
  std::vector<std::byte> bytes;
  std::vector<std::uint32_t> taken;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    append(random.random(), bytes);
    append(random.exponential(20.0), bytes);
    const std::uint32_t n = 2 + i % 15;
    append(random.randint(0, n), bytes);
    append(random.randint(-5, -5 + 2147483647LL + i), bytes);
    random.choice(n, 1 + i % n, taken);
    for (const std::uint32_t value : taken) append(value, bytes);
  }
  EXPECT_EQ(md5_hex(bytes), "dc0d7358683abb0a1d31d3510f105a7e");
}

TEST(NumpyRandom, ImpossibleDrawsAreErrors) {
  NumpyRandom random(0);
  std::vector<std::uint32_t> taken;
  EXPECT_THROW(random.randint(3, 3), Error);
  EXPECT_THROW(random.randint(4, 3), Error);
  EXPECT_THROW(random.randint(0, 4294967296), Error);
  EXPECT_THROW(random.choice(3, 4, taken), Error);
}

}  // namespace
}  // namespace amt
