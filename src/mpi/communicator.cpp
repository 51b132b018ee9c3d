#include "amt/mpi/communicator.hpp"

#include <mpi.h>

#include <array>
#include <cstring>
#include <numeric>
#include <utility>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "check.hpp"

namespace amt::mpi {

struct Communicator::Impl {
  MPI_Comm comm = MPI_COMM_NULL;
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (comm != MPI_COMM_NULL) MPI_Comm_free(&comm);
  }
};

struct Request::Impl {
  MPI_Request request = MPI_REQUEST_NULL;
};

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

/// Exclusive prefix sums as MPI displacements.
std::vector<int> displacements(const std::vector<int>& counts, const char* operation) {
  std::vector<int> result(counts.size());
  std::size_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    result[i] = checked_count(sum, operation);
    sum += static_cast<std::size_t>(counts[i]);
  }
  checked_count(sum, operation);
  return result;
}

int total(const std::vector<int>& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0);
}

/// A call that returns when other ranks have done their part. `operation` is a literal.
template <class Call>
void wait_in(const char* operation, Call call) {
  const Waiting others(operation);
  check(call(), operation);
}

template <class T>
void reduce_in_place(MPI_Comm comm, std::span<T> values, MPI_Datatype type, MPI_Op op) {
  const int count = checked_count(values.size(), "MPI_Allreduce");
  wait_in("MPI_Allreduce",
          [&] { return MPI_Allreduce(MPI_IN_PLACE, values.data(), count, type, op, comm); });
}

/// Splits concatenated bytes by their counts.
std::vector<std::string> split(const std::string& bytes, const std::vector<int>& counts) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  for (const int count : counts) {
    parts.push_back(bytes.substr(at, static_cast<std::size_t>(count)));
    at += static_cast<std::size_t>(count);
  }
  return parts;
}

}  // namespace

Request::Request() : impl_(std::make_unique<Impl>()) {}
Request::Request(Request&&) noexcept = default;
Request& Request::operator=(Request&& other) noexcept {
  std::swap(impl_, other.impl_);  // what this one waited for is waited for by `other`'s destructor
  return *this;
}
Request::~Request() {
  if (!impl_ || impl_->request == MPI_REQUEST_NULL) return;
  const Waiting others("MPI_Wait");
  MPI_Wait(&impl_->request, MPI_STATUS_IGNORE);
}

void Request::wait() {
  wait_in("MPI_Wait", [&] { return MPI_Wait(&impl_->request, MPI_STATUS_IGNORE); });
}

bool Request::done() {
  int flag = 0;
  check(MPI_Test(&impl_->request, &flag, MPI_STATUS_IGNORE), "MPI_Test");
  return flag != 0;
}

Communicator::Communicator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  check(MPI_Comm_rank(impl_->comm, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(impl_->comm, &size_), "MPI_Comm_size");
  std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
  int length = 0;
  check(MPI_Get_processor_name(name.data(), &length), "MPI_Get_processor_name");
  host_.assign(name.data(), static_cast<std::size_t>(length));
  MPI_Comm local = MPI_COMM_NULL;
  check(MPI_Comm_split_type(impl_->comm, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &local),
        "MPI_Comm_split_type");
  MPI_Comm_rank(local, &rank_on_host_);
  MPI_Comm_size(local, &ranks_on_host_);
  MPI_Comm_free(&local);
}

Communicator::Communicator(Communicator&&) noexcept = default;
Communicator& Communicator::operator=(Communicator&&) noexcept = default;
Communicator::~Communicator() = default;

Communicator Communicator::world() {
  auto impl = std::make_unique<Impl>();
  check(MPI_Comm_dup(MPI_COMM_WORLD, &impl->comm), "MPI_Comm_dup");
  return Communicator(std::move(impl));
}

Communicator Communicator::self() {
  auto impl = std::make_unique<Impl>();
  check(MPI_Comm_dup(MPI_COMM_SELF, &impl->comm), "MPI_Comm_dup");
  check(MPI_Comm_set_errhandler(impl->comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  return Communicator(std::move(impl));
}

void Communicator::barrier() const {
  wait_in("MPI_Barrier", [&] { return MPI_Barrier(impl_->comm); });
}

void Communicator::broadcast(std::span<std::byte> bytes, int root) const {
  // In pieces: a large buffer has more bytes than an MPI count can say.
  constexpr std::size_t kPiece = std::size_t{1} << 30;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    const std::size_t count = std::min(kPiece, bytes.size() - at);
    wait_in("MPI_Bcast", [&] {
      return MPI_Bcast(bytes.data() + at, static_cast<int>(count), MPI_BYTE, root, impl_->comm);
    });
  }
}

void Communicator::broadcast(std::string& text, int root) const {
  std::uint64_t size = text.size();
  broadcast(std::as_writable_bytes(std::span(&size, 1)), root);
  text.resize(size);
  broadcast(std::as_writable_bytes(std::span(text)), root);
}

void Communicator::all_reduce_sum(std::span<double> values) const {
  reduce_in_place(impl_->comm, values, MPI_DOUBLE, MPI_SUM);
}

void Communicator::all_reduce_sum(std::span<std::uint64_t> values) const {
  reduce_in_place(impl_->comm, values, MPI_UINT64_T, MPI_SUM);
}

void Communicator::all_reduce_sum(std::span<float> values) const {
  reduce_in_place(impl_->comm, values, MPI_FLOAT, MPI_SUM);
}

Request Communicator::start_all_reduce_sum(std::span<float> values) const {
  Request request;
  check(MPI_Iallreduce(MPI_IN_PLACE, values.data(), checked_count(values.size(), "MPI_Iallreduce"),
                       MPI_FLOAT, MPI_SUM, impl_->comm, &request.impl_->request),
        "MPI_Iallreduce");
  return request;
}

Request Communicator::start_reduce_sum(std::span<float> values, int root) const {
  Request request;
  const bool here = rank_ == root;
  check(MPI_Ireduce(here ? MPI_IN_PLACE : values.data(), here ? values.data() : nullptr,
                    checked_count(values.size(), "MPI_Ireduce"), MPI_FLOAT, MPI_SUM, root,
                    impl_->comm, &request.impl_->request),
        "MPI_Ireduce");
  return request;
}

std::int64_t Communicator::all_reduce_max(std::int64_t value) const {
  reduce_in_place(impl_->comm, std::span(&value, 1), MPI_INT64_T, MPI_MAX);
  return value;
}

double Communicator::all_reduce_max(double value) const {
  reduce_in_place(impl_->comm, std::span(&value, 1), MPI_DOUBLE, MPI_MAX);
  return value;
}

bool Communicator::any_of(bool value) const {
  return all_reduce_max(static_cast<std::int64_t>(value)) != 0;
}

bool Communicator::all_of(bool value) const { return !any_of(!value); }

std::vector<std::string> Communicator::all_gather(const std::string& bytes) const {
  const int mine = checked_count(bytes.size(), "MPI_Allgatherv");
  std::vector<int> counts(static_cast<std::size_t>(size_));
  wait_in("MPI_Allgather",
          [&] { return MPI_Allgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, impl_->comm); });
  const std::vector<int> offsets = displacements(counts, "MPI_Allgatherv");
  std::string all(static_cast<std::size_t>(total(counts)), '\0');
  wait_in("MPI_Allgatherv", [&] {
    return MPI_Allgatherv(bytes.data(), mine, MPI_BYTE, all.data(), counts.data(), offsets.data(),
                          MPI_BYTE, impl_->comm);
  });
  return split(all, counts);
}

void Communicator::all_gather(std::span<float> values, std::span<const std::size_t> counts) const {
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
  const int mine = checked_count(bytes.size(), "MPI_Gatherv");
  std::vector<int> counts(rank_ == root ? static_cast<std::size_t>(size_) : 0);
  wait_in("MPI_Gather", [&] {
    return MPI_Gather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, root, impl_->comm);
  });
  // The root alone can see an overflow: all ranks must hear of it, or they wait for ever.
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
  std::string all(static_cast<std::size_t>(total(counts)), '\0');
  wait_in("MPI_Gatherv", [&] {
    return MPI_Gatherv(bytes.data(), mine, MPI_BYTE, all.data(), counts.data(), offsets.data(),
                       MPI_BYTE, root, impl_->comm);
  });
  return split(all, counts);
}

std::vector<std::size_t> Communicator::all_to_all(std::span<const std::span<const std::byte>> parts,
                                                  std::size_t item_bytes,
                                                  std::vector<std::byte>& received) const {
  if (parts.size() != static_cast<std::size_t>(size_)) {
    throw Error(str_cat("all_to_all: ", parts.size(), " parts for ", size_, " ranks"));
  }
  std::vector<int> out(parts.size()), in(parts.size());
  for (std::size_t r = 0; r < parts.size(); ++r) {
    if (parts[r].size() % item_bytes != 0) throw Error("all_to_all: a part of an item");
    out[r] = checked_count(parts[r].size() / item_bytes, "MPI_Isend");
  }
  wait_in("MPI_Alltoall",
          [&] { return MPI_Alltoall(out.data(), 1, MPI_INT, in.data(), 1, MPI_INT, impl_->comm); });
  const std::size_t items = std::accumulate(in.begin(), in.end(), std::size_t{0});
  if (received.size() < items * item_bytes) received.resize(items * item_bytes);
  // Point to point and not MPI_Alltoallv, which would ask for the parts to be copied together
  // first.
  const ItemType type(item_bytes);
  std::vector<MPI_Request> requests;
  std::byte* at = received.data();
  for (int r = 0; r < size_; ++r) {
    const auto count = in[static_cast<std::size_t>(r)];
    if (count == 0) continue;
    check(MPI_Irecv(at, count, type.get(), r, kExchangeTag, impl_->comm, &requests.emplace_back()),
          "MPI_Irecv");
    at += static_cast<std::size_t>(count) * item_bytes;
  }
  for (int r = 0; r < size_; ++r) {
    const auto count = out[static_cast<std::size_t>(r)];
    if (count == 0) continue;
    check(MPI_Isend(parts[static_cast<std::size_t>(r)].data(), count, type.get(), r, kExchangeTag,
                    impl_->comm, &requests.emplace_back()),
          "MPI_Isend");
  }
  wait_in("MPI_Waitall", [&] {
    return MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  });
  return {in.begin(), in.end()};
}

}  // namespace amt::mpi
