#include "src/weights/safetensors.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "support/golden.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

class Safetensors : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "x.safetensors"; }

  /// Writes a file with this header text and data.
  void write(const std::string& header, const std::string& data) const {
    write_with_length(header.size(), header, data);
  }
  void write_with_length(std::uint64_t length, const std::string& header,
                         const std::string& data) const {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, 8);
    write_file_atomically(path(), bytes + header + data);
  }
  /// Returns the error from reading the file, which must be one line that names it; "" if there is
  /// none.
  std::string refusal() const {
    const std::string message = test::refusal<Error>([&] { SafetensorsReader reader(path()); });
    EXPECT_TRUE(test::says(message, {"x.safetensors"}));
    EXPECT_LT(message.size(), 400u);
    return message;
  }
  test::TemporaryFolder folder_;
};

std::string tensor(const std::string& name, const std::string& shape, const std::string& offsets,
                   const std::string& type = "F32") {
  return "\"" + name + R"(":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" +
         offsets + "}";
}

TEST_F(Safetensors, RoundTrips) {
  const std::vector<float> a = {1.5f, -0.0f, 3e-40f, 1e38f, 5, 6}, b = {7};
  const std::vector<TensorView> out = {{"a", {2, 3}, a}, {"b.c", {1}, b}, {"empty", {0, 4}, {}}};
  write_safetensors(path(), out);
  SafetensorsReader reader(path());
  ASSERT_EQ(reader.tensors().size(), 3u);
  const TensorEntry* entry = reader.find("a");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->shape, (std::vector<std::int64_t>{2, 3}));
  std::vector<float> back(6);
  reader.read(*entry, back);
  EXPECT_EQ(std::memcmp(back.data(), a.data(), 24), 0);
  back.resize(1);
  reader.read(*reader.find("b.c"), back);
  EXPECT_EQ(back[0], 7);
  EXPECT_EQ(reader.find("c"), nullptr);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path().parent_path()), {}), 1);
}

TEST_F(Safetensors, DataBeginsAtAMultipleOfEight) {
  const std::vector<float> a = {1};
  for (const char* name : {"a", "ab", "abc", "abcd"}) {
    write_safetensors(path(), std::vector<TensorView>{{name, {1}, a}});
    EXPECT_EQ((std::filesystem::file_size(path()) - 4) % 8, 0u);
  }
}

TEST_F(Safetensors, ReadsFilesOfOtherPrograms) {
  for (const auto& folder : std::filesystem::directory_iterator(test::golden_model_dir())) {
    SafetensorsReader tokens(folder.path() / "tokens.safetensors");
    const TensorEntry* step = tokens.find("step0");
    ASSERT_NE(step, nullptr);
    std::vector<std::int64_t> values(step->elements);
    tokens.read(*step, values);
    for (const std::int64_t token : values) EXPECT_LT(token, 1 << 16);
    SafetensorsReader init(folder.path() / "init.safetensors");
    EXPECT_NE(init.find("transformer.wte.weight"), nullptr);
  }
}

TEST_F(Safetensors, HalfPrecisionIsWidened) {
  const std::uint16_t f16[] = {0x3C00, 0xC000, 0x0001, 0x7BFF, 0xFC00, 0x8000};
  const std::uint16_t bf16[] = {0x3F80, 0xC000};
  std::string data(16, '\0');
  std::memcpy(data.data(), f16, 12);
  std::memcpy(data.data() + 12, bf16, 4);
  write(
      "{" + tensor("h", "[6]", "[0,12]", "F16") + "," + tensor("b", "[2]", "[12,16]", "BF16") + "}",
      data);
  SafetensorsReader reader(path());
  std::vector<float> h(6), b(2);
  reader.read(*reader.find("h"), h);
  reader.read(*reader.find("b"), b);
  EXPECT_EQ(h[0], 1.0f);
  EXPECT_EQ(h[1], -2.0f);
  EXPECT_EQ(h[2], std::ldexp(1.0f, -24));
  EXPECT_EQ(h[3], 65504.0f);
  EXPECT_TRUE(std::isinf(h[4]) && h[4] < 0);
  EXPECT_TRUE(h[5] == 0 && std::signbit(h[5]));
  EXPECT_EQ(b[0], 1.0f);
  EXPECT_EQ(b[1], -2.0f);
}

TEST_F(Safetensors, RequestingTheWrongTypeOrSizeIsAnError) {
  write("{" + tensor("f", "[2]", "[0,8]") + "," + tensor("i", "[1]", "[8,16]", "I64") + "}",
        std::string(16, '\0'));
  SafetensorsReader reader(path());
  std::vector<float> one(1);
  std::vector<std::int64_t> two(2);
  EXPECT_THROW(reader.read(*reader.find("f"), one), Error);
  EXPECT_THROW(reader.read(*reader.find("f"), two), Error);
  EXPECT_THROW(reader.read(*reader.find("i"), one), Error);
}

TEST_F(Safetensors, TruncatedFilesAreRefused) {
  write_file_atomically(path(), "");
  EXPECT_NE(refusal(), "");
  write_file_atomically(path(), "1234567");
  EXPECT_NE(refusal(), "");
  write("{" + tensor("a", "[2]", "[0,8]") + "}", "1234567");
  EXPECT_NE(refusal(), "");
  write("{" + tensor("a", "[2]", "[0,8]") + "}", "123456789");
  EXPECT_TRUE(test::says(refusal(), {"longer"}));
}

TEST_F(Safetensors, FalseHeaderLengthsAreRefused) {
  for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    write_with_length(length, "{}", "");
    EXPECT_NE(refusal(), "") << length;
  }
  std::filesystem::resize_file(path(), 200u << 20);  // sparse
  std::string bytes(8, '\0');
  const std::uint64_t length = 100u << 20;
  std::memcpy(bytes.data(), &length, 8);
  std::ofstream(path(), std::ios::in | std::ios::binary) << bytes;
  EXPECT_TRUE(test::says(refusal(), {"16 MiB"}));
}

TEST_F(Safetensors, InvalidHeadersAreRefused) {
  for (const char* header : {"", "{", "[]", "1", "null", "{\"a\":1}", "{\"a\":{}}", "\xff\xfe",
                             R"({"a":{"dtype":"F32","shape":[1]}})"}) {
    write(header, "");
    EXPECT_NE(refusal(), "") << header;
  }
  write(std::string(1 << 20, '['), "");
  EXPECT_TRUE(test::says(refusal(), {"nested"}));
}

TEST_F(Safetensors, FalseShapesAndOffsetsAreRefused) {
  const std::string data(16, '\0');
  for (const std::string& bad :
       {tensor("a", "[4]", "[0,8]"), tensor("a", "[2]", "[8,0]"), tensor("a", "[4]", "[8,24]"),
        tensor("a", "[-4]", "[0,16]"), tensor("a", "[4.0]", "[0,16]"),
        tensor("a", "[\"4\"]", "[0,16]"), tensor("a", "4", "[0,16]"),
        tensor("a", "[4]", "[0,16,16]"), tensor("a", "[4]", "[0]"), tensor("a", "[4]", "[0,-16]"),
        tensor("a", "[1,1,1,1,1,1,1,1,4]", "[0,16]"),
        tensor("a", "[4611686018427387908]", "[0,16]"),
        tensor("a", "[4294967296,4294967296,4]", "[0,16]"),
        tensor("a", "[18446744073709551615,4]", "[0,16]"),
        tensor("a", "[4]", "[18446744073709551600,18446744073709551615]"),
        tensor("a", "[4]", "[0,16]", "F64"), tensor("a", "[4]", "[0,16]", "")}) {
    write("{" + bad + "}", data);
    EXPECT_NE(refusal(), "") << bad;
  }
}

TEST_F(Safetensors, AnOverflowingProductOfExtentsIsRefused) {
  // 2^64 elements would wrap around to zero. The file is large enough for each extent on its own.
  const std::uint64_t bytes = 1u << 28;
  write("{" + tensor("all", "[33554432]", "[0,268435456]", "I64") + "," +
            tensor("a", "[268435456,268435456,256]", "[268435456,268435456]") + "}",
        "");
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) + bytes);  // sparse
  EXPECT_TRUE(test::says(refusal(), {" a.shape", "larger"}));
}

TEST_F(Safetensors, OffsetsBeyondTheEndAreRefused) {
  write("{" + tensor("a", "[4]", "[8,24]") + "}", std::string(16, '\0'));
  EXPECT_TRUE(test::says(refusal(), {" a.data_offsets ", "outside"}));
}

TEST_F(Safetensors, OverlapsGapsAndDuplicatesAreRefused) {
  const std::string data(16, '\0');
  write("{" + tensor("a", "[3]", "[0,12]") + "," + tensor("b", "[2]", "[8,16]") + "}", data);
  EXPECT_TRUE(test::says(refusal(), {"'b' ", "overlaps"}));
  write("{" + tensor("a", "[1]", "[0,4]") + "," + tensor("b", "[2]", "[8,16]") + "}", data);
  EXPECT_TRUE(test::says(refusal(), {"'b' ", "gap"}));
  write("{" + tensor("a", "[4]", "[0,16]") + "," + tensor("b", "[4]", "[0,16]") + "}", data);
  EXPECT_TRUE(test::says(refusal(), {"'b' ", "overlaps"}));
  write("{" + tensor("a", "[2]", "[0,8]") + "," + tensor("a", "[2]", "[8,16]") + "}", data);
  EXPECT_TRUE(test::says(refusal(), {" a ", "twice"}));
}

TEST_F(Safetensors, AMissingFileIsReported) { EXPECT_NE(refusal(), ""); }

}  // namespace
}  // namespace amt
