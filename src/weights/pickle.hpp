// Reads a pickle as data, into a tree of values in which a call is just another kind of value;
// nothing is imported or run. Supports the opcodes that Python's picklers write (protocols 2 to 5)
// for a dictionary of torch tensors; any other opcode, and any global that such a dictionary does
// not need, is an error that names it. Local.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tensor_file.hpp"

namespace amt {

/// The globals that a pickle may use.
enum class PickleGlobal : std::uint8_t {
  kOrderedDict,       ///< collections.OrderedDict
  kRebuildTensor,     ///< torch._utils._rebuild_tensor_v2
  kRebuildParameter,  ///< torch._utils._rebuild_parameter
  kStorage            ///< torch.FloatStorage and similar classes
};

enum class PickleKind : std::uint8_t {
  kNone,
  kBool,        ///< number: 0 or 1
  kInteger,     ///< number
  kOther,       ///< another kind of number
  kText,        ///< text
  kTuple,       ///< items
  kList,        ///< items
  kDict,        ///< items: key, value, key, value ...
  kGlobal,      ///< global, and type for a storage
  kCall,        ///< items: global, tuple of arguments
  kPersistent,  ///< items: the tuple that identifies an object outside the pickle
};

using PickleRef = std::uint32_t;  ///< index into Pickle::values

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  PickleGlobal global = PickleGlobal::kOrderedDict;
  TensorType type = TensorType::kF32;
  bool ordered = false;     ///< whether a dictionary is an OrderedDict, which may have attributes
  std::int64_t number = 0;  ///< for kinds with items: index into Pickle::items
  std::string_view text = {};  ///< for kOther: its bytes
};

/// May contain cycles: a list can contain itself. Texts refer to the input bytes.
struct Pickle {
  std::vector<PickleValue> values;
  std::vector<std::vector<PickleRef>> items;
  PickleRef root = 0;
  std::size_t bytes = 0;  ///< length of the pickle

  const PickleValue& at(PickleRef ref) const { return values[ref]; }
  const std::vector<PickleRef>& items_of(const PickleValue& value) const {
    return items[value.number];
  }
};

/// Parses the pickle at the beginning of `bytes`. Takes time linear in its size, and at most about
/// 150 MB for any input. Throws Malformed naming the byte and the problem.
Pickle parse_pickle(std::string_view bytes);

}  // namespace amt
