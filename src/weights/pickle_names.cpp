#include "pickle_names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "amt/base/strings.hpp"
#include "malformed.hpp"
#include "tensor_type.hpp"

namespace amt {
namespace {

struct OpcodeName {
  unsigned char opcode;
  std::string_view name;
};

constexpr std::array<OpcodeName, 32> kRefused = {{
    {'0', "POP"},
    {'1', "POP_MARK"},
    {'2', "DUP"},
    {'F', "FLOAT"},
    {'I', "INT"},
    {'L', "LONG"},
    {'P', "PERSID"},
    {'S', "STRING"},
    {'V', "UNICODE"},
    {'d', "DICT"},
    {'g', "GET"},
    {'i', "INST"},
    {'l', "LIST"},
    {'o', "OBJ"},
    {'p', "PUT"},
    {'B', "BINBYTES"},
    {'C', "SHORT_BINBYTES"},
    {0x81, "NEWOBJ"},
    {0x82, "EXT1"},
    {0x83, "EXT2"},
    {0x84, "EXT4"},
    {0x8b, "LONG4"},
    {0x8e, "BINBYTES8"},
    {0x8f, "EMPTY_SET"},
    {0x90, "ADDITEMS"},
    {0x91, "FROZENSET"},
    {0x92, "NEWOBJ_EX"},
    {0x96, "BYTEARRAY8"},
    {0x97, "NEXT_BUFFER"},
    {0x98, "READONLY_BUFFER"},
    {0x80, "PROTO"},
    {0x95, "FRAME"},
}};

constexpr std::string_view kStateDict =
    "; amt reads state dicts (tensors by name) only and never runs code from a file: save one "
    "in Python with torch.save(model.state_dict(), FILE)";

}  // namespace

std::string opcode_name(unsigned char opcode) {
  const auto it = std::ranges::find(kRefused, opcode, &OpcodeName::opcode);
  if (it != kRefused.end()) return std::string(it->name);
  return fmt::format("{:#04x}", opcode);
}

PickleValue pickle_global(std::string_view module, std::string_view name) {
  PickleValue value{.kind = PickleKind::kGlobal};
  if (module == "collections" && name == "OrderedDict") {
    value.global = PickleGlobal::kOrderedDict;
  } else if (module == "torch._utils" && name == "_rebuild_tensor_v2") {
    value.global = PickleGlobal::kRebuildTensor;
  } else if (module == "torch._utils" && name == "_rebuild_parameter") {
    value.global = PickleGlobal::kRebuildParameter;
  } else if (const auto type = module == "torch" ? type_from_torch(name) : std::nullopt) {
    value.global = PickleGlobal::kStorage;
    value.type = *type;
  } else {
    throw Malformed(fmt::format("its pickle requires {}.{}{}", printable(module, kShown),
                                printable(name, kShown), kStateDict));
  }
  return value;
}

}  // namespace amt
