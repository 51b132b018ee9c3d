// A libFuzzer target that reads arbitrary bytes as a torch file, and as the pickle inside valid
// files of both formats. Finds sanitizer errors and violations of the contract: tensors are inside
// their storages and have unique names, and accepted files can be read.
#include <set>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "fuzz_support.hpp"
#include "src/weights/pickle.hpp"
#include "src/weights/state_dict.hpp"
#include "src/weights/torch_file.hpp"
#include "weights/torch_builder.hpp"

namespace amt {
namespace {

// Larger tensors and storages are skipped, because they would only slow the fuzzer down.
constexpr std::uint64_t kMaxBytes = 1 << 20;

void read_all(TorchFile& file) {
  std::vector<std::vector<float>> values;
  std::vector<TensorRequest> requests;
  std::set<std::string> names;
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    const TensorEntry& entry = file.tensors()[i];
    require(names.insert(entry.name).second, "names must be unique");
    if (!is_parameter_type(entry.type) || entry.elements > kMaxBytes) continue;
    values.emplace_back(entry.elements);
    requests.push_back({i, values.back()});
  }
  try {
    file.read(requests);
  } catch (const Error&) {
    // A tensor is a non-contiguous view, or a checksum is wrong.
  }
}

void run_file(std::span<const std::byte> bytes) {
  const MemoryFile memory(bytes);
  try {
    TorchFile file(memory.path());
    read_all(file);
  } catch (const Error&) {
    // Rejected, like most inputs.
  }
}

void check_references(const Pickle& pickle) {
  require(pickle.root < pickle.values.size(), "the root must be a value");
  for (const auto& items : pickle.items) {
    for (const PickleRef ref : items) require(ref < pickle.values.size(), "items must be values");
  }
}

void check_places(const StateDict& dict) {
  require(dict.tensors.size() == dict.places.size(), "every tensor must have a place");
  for (std::size_t i = 0; i < dict.tensors.size(); ++i) {
    const TensorPlace& place = dict.places[i];
    const TorchStorage& storage = dict.storages[place.storage];
    require(place.first <= storage.elements, "every tensor must begin inside its storage");
    require(place.order == TensorPlace::Order::kOther ||
                dict.tensors[i].elements <= storage.elements - place.first,
            "every tensor must end inside its storage");
  }
}

/// Returns zero-filled storages for a dictionary, or none at all if they would exceed kMaxBytes.
test::Members storages_of(const StateDict& dict) {
  test::Members storages;
  std::uint64_t bytes = 0;
  for (const TorchStorage& storage : dict.storages) {
    if (storage.bytes() > kMaxBytes || (bytes += storage.bytes()) > kMaxBytes) return {};
    storages.emplace_back(storage.key, std::string(storage.bytes(), '\0'));
  }
  return storages;
}

void run_pickle(std::string_view bytes) {
  test::Members storages;
  try {
    const Pickle pickle = parse_pickle(bytes);
    check_references(pickle);
    const StateDict dict = read_state_dict(pickle);
    check_places(dict);
    storages = storages_of(dict);
    bytes = bytes.substr(0, pickle.bytes);
  } catch (const Error&) {
    return;
  }
  const std::string text(bytes);
  for (const std::string& file :
       {test::torch_zip(text, storages), test::torch_legacy(text, storages)}) {
    run_file(std::as_bytes(std::span(file)));
  }
}

}  // namespace
}  // namespace amt

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  amt::run_file(std::as_bytes(std::span(data, size)));
  amt::run_pickle({reinterpret_cast<const char*>(data), size});
  return 0;
}
