#include "torch_file.hpp"

#include <fmt/core.h>

#include <array>
#include <string_view>

#include "amt/base/strings.hpp"
#include "lfs_pointer.hpp"
#include "malformed.hpp"
#include "torch_storages.hpp"

namespace amt {
namespace {

std::unique_ptr<TorchStorages> open_storages(const RegularFile& file) {
  refuse_pointer(file);
  std::array<char, 4> begin{};
  if (file.size() < begin.size()) throw Malformed("it is too short");
  file.read_at(0, std::as_writable_bytes(std::span(begin)));
  if (std::string_view(begin.data(), begin.size()) == "PK\3\4") return open_torch_zip(file);
  if (begin[0] == '\x80') return open_torch_legacy(file);
  throw Malformed("it is not a torch file, neither a zip archive nor a pickle");
}

/// Returns where a tensor is in its storage. Throws Malformed if amt does not support the layout.
Destination destination(const TensorEntry& tensor, const TensorPlace& place,
                        const TensorRequest& request) {
  check_request(tensor, request);
  if (place.order == TensorPlace::Order::kOther) {
    throw Malformed(
        fmt::format("tensor {} is a view with unsupported strides; save it in Python "
                    "after .contiguous()",
                    printable(tensor.name, kShown)));
  }
  return {&tensor, place.first, place.order == TensorPlace::Order::kColumns, request};
}

}  // namespace

TorchFile::TorchFile(const std::filesystem::path& path) : file_(path) {
  storages_ = naming_file(path, [&] { return open_storages(file_); });
}

TorchFile::~TorchFile() = default;

const std::vector<TensorEntry>& TorchFile::tensors() const { return storages_->dict().tensors; }

void TorchFile::read(std::span<const TensorRequest> requests) {
  naming_file(path(), [&] {
    const StateDict& dict = storages_->dict();
    std::vector<std::vector<Destination>> destinations(dict.storages.size());
    std::vector<bool> wanted(dict.storages.size());
    for (const TensorRequest& request : requests) {
      const TensorPlace& place = dict.places[request.tensor];
      destinations[place.storage].push_back(
          destination(dict.tensors[request.tensor], place, request));
      wanted[place.storage] = true;
    }
    storages_->visit(wanted, [&](std::size_t index, const NextBytes& next) {
      const TorchStorage& storage = dict.storages[index];
      stream_elements(storage.type, storage.elements, next, destinations[index]);
    });
  });
}

}  // namespace amt
