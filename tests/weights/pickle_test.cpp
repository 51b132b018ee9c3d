// Tests pickles that contain anything but a dictionary of tensors, and pickles without an end.
#include "torch_file_fixture.hpp"

namespace amt {
namespace {

using test::PickleBuilder;
using test::six;
using test::TorchFileTest;
using test::TorchTensor;

using PickleTest = TorchFileTest;

TEST_F(PickleTest, GlobalsThatNoStateDictNeedsAreRefusedByName) {
  for (const auto& [module, name] : std::vector<std::pair<std::string, std::string>>{
           {"os", "system"},
           {"posix", "system"},
           {"builtins", "eval"},
           {"__builtin__", "eval"},
           {"subprocess", "Popen"},
           {"torch.storage", "_load_from_bytes"},
           {"torch._utils", "_rebuild_tensor"},
           {"torch", "load"},
           {"torch", "StrangeStorage"},
           {"torch", "Storage"},
           {"collections", "Counter"},
           {"collections.OrderedDict", "fromkeys"},
           {"transformers.models.gpt2.modeling_gpt2", "GPT2LMHeadModel"},
           {"", ""}}) {
    PickleBuilder call, stacked;
    call.global(module, name).raw("(").text("touch /tmp/never").raw("tR");
    const std::string asked = " " + module + "." + name + ";";
    expect_refusal_of(call.pickle(), {asked});
    stacked.text(module).text(name).raw("\x93)R");
    expect_refusal_of(stacked.pickle(), {asked});
  }
  PickleBuilder odd;
  expect_refusal_of(odd.global("o\x1bs\t", std::string(200, 'x')).pickle(), {"o?s?.xxx"});
}

TEST_F(PickleTest, OpcodesThatNoStateDictNeedsAreRefusedByName) {
  for (const auto& [opcodes, name] :
       std::vector<std::pair<std::string, std::string>>{{"(ios\nsystem\n", "INST"},
                                                        {"(cos\nsystem\no", "os.system"},
                                                        {"(o", "OBJ"},
                                                        {")\x81", "NEWOBJ"},
                                                        {"\x92", "NEWOBJ_EX"},
                                                        {"\x82\x01", "EXT1"},
                                                        {"P0\n", "PERSID"},
                                                        {"}2", "DUP"},
                                                        {"}0", "POP"},
                                                        {"B\x01", "BINBYTES"},
                                                        {"I1\n", "INT"},
                                                        {"\xfe", "0xfe"}}) {
    expect_refusal_of(PickleBuilder().raw(opcodes).pickle(), {name});
  }
}

TEST_F(PickleTest, OnlyOrderedDictsHaveAttributes) {
  PickleBuilder good, dict, list;
  good.global("collections", "OrderedDict").raw(")R}").text("_metadata").raw("}sb");
  EXPECT_EQ(refusal_of(good.pickle()), "");
  expect_refusal_of(dict.raw("}}b").pickle(), {"BUILD"});
  expect_refusal_of(list.global("collections", "OrderedDict").raw(")R]b").pickle(), {"attributes"});
}

TEST_F(PickleTest, BrokenPicklesAreRefused) {
  const std::string dict = "ccollections\nOrderedDict\n", type = "ctorch\nFloatStorage\n";
  for (const std::string& opcodes : std::vector<std::string>{"",
                                                             "}}",
                                                             "t",
                                                             "s",
                                                             "}s",
                                                             "}(Nu",
                                                             "]N}s",
                                                             "h\x05",
                                                             "j\xff\xff\xff\x7f",
                                                             "}r\xff\xff\xff\xff",
                                                             "}(q\x01",
                                                             "(",
                                                             "(R",
                                                             "NNR",
                                                             "}R",
                                                             dict + "NR",
                                                             dict + "N\x85R",
                                                             type + ")R",
                                                             type + ")RR",
                                                             "Q",
                                                             "X\xff\xff\xff\xff",
                                                             "\x8d\xff\xff\xff\xff\xff\xff\xff\xff",
                                                             "\x8a\xff",
                                                             "cos",
                                                             "c" + std::string(300, 'm') + "\n",
                                                             "]",
                                                             "N",
                                                             "K\x01",
                                                             "}(K\x01Nu",
                                                             "\x93",
                                                             "KK\x93",
                                                             "\x80\x09}"}) {
    EXPECT_NE(refusal_of(PickleBuilder().raw(opcodes).pickle()), "") << opcodes;
  }
}

TEST_F(PickleTest, EndlessPicklesAreRefusedQuickly) {
  std::string deep(12u << 20, '('), tuples = ")", copies = "}q\1", long_name = "(";
  for (int i = 0; i < 2'000'000; ++i) tuples += "\x85";
  for (int i = 0; i < 3'000'000; ++i) copies += "h\1";
  expect_refusal_of(PickleBuilder().raw(deep).pickle(), {"any model"});
  expect_refusal_of(PickleBuilder().raw(tuples).pickle(), {"any model"});
  expect_refusal_of(PickleBuilder().raw(copies).pickle(), {"any model"});
  // A long name is repeated so often that separate copies of it would not fit in any memory.
  PickleBuilder twins;
  add_tensor(twins.raw("}(").text(std::string(1 << 20, 'n')).raw("q\1"), six()).raw("q\2");
  for (int i = 0; i < 300'000; ++i) twins.raw("h\1h\2");
  expect_refusal_of(twins.raw("u").pickle(), {"twice"});
  PickleBuilder keys;
  TorchTensor tensor = six();
  tensor.key = std::string(1 << 20, 'k');
  add_tensor(keys.raw("}").text("a"), tensor).raw("s");
  expect_refusal_of(keys.pickle(), {"'a'", "storage", "torch"});
  PickleBuilder self;
  expect_refusal_of(self.raw("}q\1").text("a").raw("h\1s").pickle(),
                    {"tensor 'a': ", "not a tensor"});
}

}  // namespace
}  // namespace amt
