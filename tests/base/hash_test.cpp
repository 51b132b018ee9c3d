#include "amt/base/hash.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "amt/base/crc32c.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// RFC 1321, appendix A.5.
TEST(Hash, Md5) {
  EXPECT_EQ(md5_hex(bytes("")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_hex(bytes("message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
}

// The published value for the empty input.
TEST(Hash, Xxh3) { EXPECT_EQ(hex64(xxh3_64(bytes(""))), "2d06800538d394c2"); }

// RFC 3720, appendix B.4, and the check value in the catalogue of CRC algorithms.
TEST(Hash, Crc32c) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
}

TEST(Hash, HashingInPiecesGivesTheSameHash) {
  const test::TemporaryFolder folder;
  const std::string text(3'000'000, 'q');
  std::ofstream(folder.path() / "f") << text;
  Xxh3 pieces;
  pieces.update(bytes(text).first(17));
  pieces.update(bytes(text).subspan(17));
  EXPECT_EQ(pieces.digest(), xxh3_64(bytes(text)));
  EXPECT_EQ(xxh3_64_file(folder.path() / "f"), xxh3_64(bytes(text)));
}

}  // namespace
}  // namespace amt
