// The gathering operations of Communicator.
#include <numeric>

#include "amt/base/error.hpp"
#include "communicator_impl.hpp"

namespace amt::mpi {
namespace {

/// Exclusive prefix sums as MPI displacements.
std::vector<int> displacements(const std::vector<int>& counts, const char* operation) {
  std::vector<int> result(counts.size());
  std::size_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    result[i] = checked_count(sum, operation);
    sum += counts[i];
  }
  checked_count(sum, operation);
  return result;
}

int total(const std::vector<int>& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0);
}

/// Splits concatenated bytes by their counts.
std::vector<std::string> split(const std::string& bytes, const std::vector<int>& counts) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  for (const int count : counts) {
    parts.push_back(bytes.substr(at, count));
    at += count;
  }
  return parts;
}

}  // namespace

std::vector<std::string> Communicator::all_gather(const std::string& bytes) const {
  if (impl_->alone()) return {bytes};
  const int mine = checked_count(bytes.size(), "MPI_Allgatherv");
  std::vector<int> counts(size_);
  wait_in("MPI_Allgather",
          [&] { return MPI_Allgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, impl_->comm); });
  const std::vector<int> offsets = displacements(counts, "MPI_Allgatherv");
  std::string all(total(counts), '\0');
  wait_in("MPI_Allgatherv", [&] {
    return MPI_Allgatherv(bytes.data(), mine, MPI_BYTE, all.data(), counts.data(), offsets.data(),
                          MPI_BYTE, impl_->comm);
  });
  return split(all, counts);
}

void Communicator::all_gather_in_place(std::span<std::byte> all) const {
  if (impl_->alone()) return;
  const int each = checked_count(all.size() / size_, "MPI_Allgather");
  wait_in("MPI_Allgather", [&] {
    return MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all.data(), each, MPI_BYTE,
                         impl_->comm);
  });
}

void Communicator::all_gather(std::span<float> values, std::span<const std::size_t> counts) const {
  if (impl_->alone()) return;
  std::vector<int> sizes;
  for (const std::size_t count : counts) {
    sizes.push_back(checked_count(count, "MPI_Allgatherv"));
  }
  const std::vector<int> offsets = displacements(sizes, "MPI_Allgatherv");
  wait_in("MPI_Allgatherv", [&] {
    return MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values.data(), sizes.data(),
                          offsets.data(), MPI_FLOAT, impl_->comm);
  });
}

std::vector<std::string> Communicator::gather(const std::string& bytes, int root) const {
  if (impl_->alone()) return {bytes};
  const int mine = checked_count(bytes.size(), "MPI_Gatherv");
  std::vector<int> counts(rank_ == root ? size_ : 0);
  wait_in("MPI_Gather", [&] {
    return MPI_Gather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, root, impl_->comm);
  });
  // Only the root can detect an overflow; it must tell all ranks, or they would wait forever.
  std::vector<int> offsets;
  std::string problem;
  try {
    offsets = displacements(counts, "MPI_Gatherv");
  } catch (const Error& error) {
    problem = error.what();
  }
  if (any_of(!problem.empty())) {
    throw Error(problem.empty() ? "MPI_Gatherv: too much to gather at once" : problem);
  }
  std::string all(total(counts), '\0');
  wait_in("MPI_Gatherv", [&] {
    return MPI_Gatherv(bytes.data(), mine, MPI_BYTE, all.data(), counts.data(), offsets.data(),
                       MPI_BYTE, root, impl_->comm);
  });
  return split(all, counts);
}

}  // namespace amt::mpi
