// The all-to-all transfers of Communicator.
#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "amt/base/error.hpp"
#include "communicator_impl.hpp"

namespace amt::mpi {
namespace {

constexpr int kExchangeTag = 1;

/// A committed datatype of `bytes` contiguous bytes, so that counts stay small.
class ItemType {
 public:
  explicit ItemType(std::size_t bytes) {
    check(MPI_Type_contiguous(checked_count(bytes, "MPI_Type_contiguous"), MPI_BYTE, &type_),
          "MPI_Type_contiguous");
    check(MPI_Type_commit(&type_), "MPI_Type_commit");
  }
  ~ItemType() { MPI_Type_free(&type_); }
  ItemType(const ItemType&) = delete;
  ItemType& operator=(const ItemType&) = delete;
  MPI_Datatype get() const { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

}  // namespace

std::vector<std::size_t> Communicator::all_to_all(std::span<const std::span<const std::byte>> parts,
                                                  std::size_t item_bytes,
                                                  std::vector<std::byte>& received) const {
  if (std::cmp_not_equal(parts.size(), size_)) {
    throw Error(fmt::format("all_to_all: {} parts for {} ranks", parts.size(), size_));
  }
  std::vector<int> out(parts.size()), in(parts.size());
  for (std::size_t r = 0; r < parts.size(); ++r) {
    if (parts[r].size() % item_bytes != 0) throw Error("all_to_all: a part has an incomplete item");
    out[r] = checked_count(parts[r].size() / item_bytes, "MPI_Isend");
  }
  if (impl_->alone()) {
    received.resize(std::max(received.size(), parts[0].size()));
    std::ranges::copy(parts[0], received.begin());
    return {parts[0].size() / item_bytes};
  }
  wait_in("MPI_Alltoall",
          [&] { return MPI_Alltoall(out.data(), 1, MPI_INT, in.data(), 1, MPI_INT, impl_->comm); });
  const std::size_t items = std::accumulate(in.begin(), in.end(), std::size_t{0});
  if (received.size() < items * item_bytes) received.resize(items * item_bytes);
  // Uses point-to-point messages, because MPI_Alltoallv would require the parts to be copied into
  // one buffer.
  const ItemType type(item_bytes);
  std::vector<MPI_Request> requests;
  std::byte* at = received.data();
  for (int r = 0; r < size_; ++r) {
    const auto count = in[r];
    if (count == 0) continue;
    check(MPI_Irecv(at, count, type.get(), r, kExchangeTag, impl_->comm, &requests.emplace_back()),
          "MPI_Irecv");
    at += count * item_bytes;
  }
  for (int r = 0; r < size_; ++r) {
    const auto count = out[r];
    if (count == 0) continue;
    check(MPI_Isend(parts[r].data(), count, type.get(), r, kExchangeTag, impl_->comm,
                    &requests.emplace_back()),
          "MPI_Isend");
  }
  wait_in("MPI_Waitall", [&] {
    return MPI_Waitall(checked_count(requests.size(), "MPI_Waitall"), requests.data(),
                       MPI_STATUSES_IGNORE);
  });
  return {in.begin(), in.end()};
}

}  // namespace amt::mpi
