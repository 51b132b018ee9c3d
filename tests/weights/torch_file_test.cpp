#include "src/weights/torch_file.hpp"

#include <sys/stat.h>

#include "torch_file_fixture.hpp"

namespace amt {
namespace {

using test::bytes_of;
using test::kSix;
using test::Members;
using test::PickleBuilder;
using test::six;
using test::TorchFileTest;
using test::TorchTensor;

TEST_F(TorchFileTest, ViewsOfOneStorageAreReadInBothFormats) {
  const std::string pickle = test::state_dict_pickle({{"rows", {2, 3}, {3, 1}, "0", 6},
                                                      {"columns", {3, 2}, {1, 3}, "0", 6},
                                                      {"part", {2}, {1}, "0", 6, 3},
                                                      {"one", {}, {}, "0", 6, 5},
                                                      {"none", {0, 7}, {7, 1}, "0", 6}});
  for (const std::string& file :
       {test::torch_zip(pickle, {{"0", kSix}}), test::torch_legacy(pickle, {{"0", kSix}})}) {
    write(file);
    EXPECT_EQ(refusal(), "");
    EXPECT_EQ(values("rows"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(values("columns"), (std::vector<float>{1, 4, 2, 5, 3, 6}));
    EXPECT_EQ(values("part"), (std::vector<float>{4, 5}));
    EXPECT_EQ(values("one"), (std::vector<float>{6}));
    EXPECT_TRUE(values("none").empty());
  }
}

TEST_F(TorchFileTest, LargeTensorsAreReadInPieces) {
  const std::int64_t rows = 300, columns = 1000;
  std::vector<float> all(static_cast<std::size_t>(rows * columns));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<float>(i);
  const auto n = static_cast<std::int64_t>(all.size());
  const std::string pickle = test::state_dict_pickle({{"a", {rows, columns}, {columns, 1}, "7", n},
                                                      {"t", {columns, rows}, {1, columns}, "7", n},
                                                      {"tail", {n - 70'001}, {1}, "7", n, 70'001}});
  for (const std::string& file : {test::torch_zip(pickle, {{"7", bytes_of(all)}}),
                                  test::torch_legacy(pickle, {{"7", bytes_of(all)}})}) {
    write(file);
    EXPECT_EQ(values("a"), all);
    EXPECT_EQ(values("tail"), std::vector<float>(all.begin() + 70'001, all.end()));
    const std::vector<float> t = values("t");
    ASSERT_EQ(t.size(), all.size());
    EXPECT_EQ(t[1], 1000.0f);
    EXPECT_EQ(t[300 * 999 + 299], all.back());
  }
}

TEST_F(TorchFileTest, ParametersAndBuffersOfEveryTypeAreRead) {
  PickleBuilder builder;
  builder.raw("}(").text("p").global("torch._utils", "_rebuild_parameter").raw("(");
  add_tensor(builder, six()).raw("\x88").global("collections", "OrderedDict").raw(")RtR");
  Members storages = {{"0", kSix}};
  for (const auto& [type, bytes] : std::vector<std::pair<std::string, int>>{{"Half", 2},
                                                                            {"BFloat16", 2},
                                                                            {"Double", 8},
                                                                            {"Long", 8},
                                                                            {"Int", 4},
                                                                            {"Short", 2},
                                                                            {"Char", 1},
                                                                            {"Byte", 1},
                                                                            {"Bool", 1}}) {
    add_tensor(builder.text(type), {type, {2}, {1}, type, 2, 0, type + "Storage"});
    storages.emplace_back(type, std::string(static_cast<std::size_t>(2 * bytes), '\0'));
  }
  write(test::torch_zip(builder.raw("u").pickle(), storages));
  EXPECT_EQ(TorchFile(path()).tensors().size(), 10u);
  EXPECT_EQ(values("p"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(values("Half"), (std::vector<float>{0, 0}));
  expect_refusal({" Double ", " F64;", "F32, F16 and BF16"});
}

TEST_F(TorchFileTest, InvalidTensorDescriptionsAreRefused) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const TorchTensor& tensor : std::vector<TorchTensor>{
           {"a", {2, 3}, {3}, "0", 6},
           {"a", {2, 4}, {4, 1}, "0", 6},
           {"a", {7}, {1}, "0", 6},
           {"a", {6}, {1}, "0", 6, 1},
           {"a", {1}, {1}, "0", 6, 6},
           {"a", {0}, {1}, "0", 6, 7},
           {"a", {2}, {most}, "0", 6},
           {"a", {-2}, {1}, "0", 6},
           {"a", {2}, {-1}, "0", 6, 1},
           {"a", {1}, {1}, "0", 6, -1},
           {"a", {most, most}, {0, 0}, "0", 6},
           {"a", {1LL << 40, 1LL << 40}, {0, 0}, "0", 6},
           {"a", {1LL << 32, 1LL << 32, 6}, {0, 0, 1}, "0", 6},
           {"a", {1, 1, 1, 1, 1, 1, 1, 1, 6}, {6, 6, 6, 6, 6, 6, 6, 6, 1}, "0", 6},
           {"a", {6}, {1}, "0", -6},
           {"a", {6}, {1}, "0", most},
           {"a", {6}, {1}, "0", 7},
           {"a", {6}, {1}, "0", 5},
           {"a", {3}, {1}, "0", 3, 0, "DoubleStorage"},
           {"a", {6}, {1}, "1", 6},
           {"a", {6}, {1}, "../0", 6}}) {
    EXPECT_NE(refusal_of(test::state_dict_pickle({tensor})), "") << tensor.shape[0];
  }
  expect_refusal_of(test::state_dict_pickle({six(), six()}), {"'a'", "twice"});
  TorchTensor other{"b", {3}, {1}, "0", 12, 0, "HalfStorage"};
  expect_refusal_of(test::state_dict_pickle({six(), other}), {"storage 0 ", "two ways"});
}

TEST_F(TorchFileTest, NonContiguousViewsAreRefusedWhenTheyAreRead) {
  write(
      test::torch_zip(test::state_dict_pickle({{"s", {3}, {2}, "0", 6}, six("a")}), {{"0", kSix}}));
  EXPECT_EQ(values("a").size(), 6u);
  expect_refusal({"tensor s ", ".contiguous()"});
  write(test::torch_zip(test::state_dict_pickle({{"e", {6, 6}, {0, 1}, "0", 6}}), {{"0", kSix}}));
  expect_refusal({"tensor e ", ".contiguous()"});
}

TEST_F(TorchFileTest, TensorsWithAPendingNegationAreRefused) {
  TorchTensor tensor = six();
  for (const char* nothing : {"N", "}"}) {
    tensor.more = nothing;
    EXPECT_EQ(refusal_of(test::state_dict_pickle({tensor})), "");
  }
  tensor.more = "}X\3" + std::string(3, '\0') + "neg\x88s";
  expect_refusal_of(test::state_dict_pickle({tensor}), {"tensor 'a': ", ".resolve_neg()"});
}

TEST_F(TorchFileTest, DamagedArchivesAreRefused) {
  const std::string pickle = test::state_dict_pickle({six()});
  const std::string good = test::torch_zip(pickle, {{"0", kSix}});
  write(good);
  ASSERT_EQ(refusal(), "");
  for (std::size_t size = 0; size < good.size(); size += 7) {
    write(good.substr(0, size));
    EXPECT_NE(refusal(), "") << size;
  }
  std::string flipped = good;
  flipped[good.find(kSix) + 3] ^= 1;
  write(flipped);
  expect_refusal({"m/data/0 ", "damaged"});
  for (const std::uint32_t lie : {1u, 7u, 0x7fffffffu}) {
    write(test::zip_archive({{"m/data.pkl", pickle}, {"m/data/0", kSix}}, lie));
    expect_refusal({"zip archive", "damaged"});
  }
  write(test::zip_archive({{"m/data.pkl", pickle}, {"m/data/0", kSix}}, 0x7fffffff, true));
  expect_refusal({"compresses"});
}

TEST_F(TorchFileTest, ArchivesWithoutAStateDictAreRefused) {
  const std::string pickle = test::state_dict_pickle({six()});
  const auto says = [&](const Members& members, std::initializer_list<std::string_view> names) {
    write(test::zip_archive(members));
    expect_refusal(names);
  };
  says({{"m/data/0", kSix}}, {"no data.pkl"});
  says({{"data.pkl", pickle}}, {"no data.pkl"});
  says({{"a/m/data.pkl", pickle}}, {"no data.pkl"});
  says({{"m/data.pkl", pickle}}, {"no m/data/0"});
  says({{"m/data.pkl", pickle}, {"n/data.pkl", pickle}}, {"two pickles"});
  says({{"m/data.pkl", pickle}, {"m/data/0", kSix}, {"m/data/0", kSix}}, {"m/data/0 ", "twice"});
  says({{"m/data.pkl", pickle}, {"m/data/0", kSix}, {"m/constants.pkl", ""}}, {"TorchScript"});
  says({{"m/data.pkl", pickle}, {"m/data/0", kSix}, {"m/byteorder", "big"}}, {"big-endian"});
  says({{"m\u00e8/data.pkl", pickle}}, {"no m"});
  says({{"m/data.pkl", pickle}, {"m/data/0", kSix.substr(4)}}, {"storage 0 ", " 20 bytes", " 24"});
  says({{"m/data.pkl", std::string(17u << 20, ' ')}}, {"m/data.pkl", " 17,825,792 bytes"});
  Members many;
  for (int i = 0; i < 60'000; ++i) many.emplace_back(std::string(300, 'n') + std::to_string(i), "");
  says(many, {"zip archive", "any model"});
}

TEST_F(TorchFileTest, DamagedLegacyFilesAreRefused) {
  const std::string pickle = test::state_dict_pickle({six()});
  const std::string good = test::torch_legacy(pickle, {{"0", kSix}});
  for (std::size_t size = 0; size < good.size(); size += 3) {
    write(good.substr(0, size));
    EXPECT_NE(refusal(), "") << size;
  }
  const auto says = [&](const std::string& bytes, std::initializer_list<std::string_view> names) {
    write(bytes);
    expect_refusal(names);
  };
  says(good + "x", {"longer"});
  says(test::torch_legacy(pickle, {{"0", kSix}}, 4, false), {"little-endian"});
  says(test::torch_legacy(pickle, {{"0", kSix}}, 2), {"storage 0 ", " 12 elements", " 6"});
  says(test::torch_legacy(pickle, {}), {"no storage 0"});
  says(test::torch_legacy(pickle, {{"0", kSix}, {"0", kSix}}), {"storage twice"});
  says(test::torch_legacy(pickle, {{"1", kSix}, {"0", kSix}}), {"without tensors"});
  says(pickle, {"magic number"});
  std::string protocol = good;
  protocol[good.find('\xe9')] = '\xe8';
  says(protocol, {" 1001"});
}

TEST_F(TorchFileTest, OtherFilesAreRefused) {
  EXPECT_THROW(TorchFile file(path()), SystemError);
  expect_refusal({});
  write("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 510398013\n");
  expect_refusal({"git lfs pull"});
  write(std::string(1000, '\0'));
  expect_refusal({"torch file"});
  std::filesystem::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  expect_refusal({"a pipe"});
}

}  // namespace
}  // namespace amt
