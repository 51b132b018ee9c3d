#include "amt/mpi/communicator.hpp"

#include <mpi.h>

#include <array>
#include <cstring>
#include <utility>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/process/machine.hpp"
#include "check.hpp"
#include "communicator_impl.hpp"

namespace amt::mpi {

struct Request::Impl {
  MPI_Request request = MPI_REQUEST_NULL;
};

namespace {

template <class T>
void reduce_in_place(MPI_Comm comm, std::span<T> values, MPI_Datatype type, MPI_Op op) {
  if (comm == MPI_COMM_NULL) return;
  const int count = checked_count(values.size(), "MPI_Allreduce");
  wait_in("MPI_Allreduce",
          [&] { return MPI_Allreduce(MPI_IN_PLACE, values.data(), count, type, op, comm); });
}

}  // namespace

Request::Request() : impl_(std::make_unique<Impl>()) {}
Request::Request(Request&&) noexcept = default;
Request& Request::operator=(Request&& other) noexcept {
  std::swap(impl_, other.impl_);  // `other`'s destructor waits for our old transfer
  return *this;
}
Request::~Request() {
  if (!impl_ || impl_->request == MPI_REQUEST_NULL) return;
  const Waiting others("MPI_Wait");
  MPI_Wait(&impl_->request, MPI_STATUS_IGNORE);
}

void Request::wait() {
  if (impl_->request == MPI_REQUEST_NULL) return;
  wait_in("MPI_Wait", [&] { return MPI_Wait(&impl_->request, MPI_STATUS_IGNORE); });
}

bool Request::done() {
  if (impl_->request == MPI_REQUEST_NULL) return true;
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
  host_.assign(name.data(), length);
  MPI_Comm local = MPI_COMM_NULL;
  check(MPI_Comm_split_type(impl_->comm, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &local),
        "MPI_Comm_split_type");
  MPI_Comm_rank(local, &rank_on_host_);
  MPI_Comm_size(local, &ranks_on_host_);
  MPI_Comm_free(&local);
}

Communicator::Communicator(int rank, int size)
    : impl_(std::make_unique<Impl>()), rank_(rank), size_(size), host_(host_name()) {}

Communicator::Communicator(Communicator&&) noexcept = default;
Communicator& Communicator::operator=(Communicator&&) noexcept = default;
Communicator::~Communicator() = default;

Communicator Communicator::world() {
  auto impl = std::make_unique<Impl>();
  check(MPI_Comm_dup(MPI_COMM_WORLD, &impl->comm), "MPI_Comm_dup");
  return Communicator(std::move(impl));
}

Communicator Communicator::self() { return {0, 1}; }

void Communicator::barrier() const {
  if (impl_->alone()) return;
  wait_in("MPI_Barrier", [&] { return MPI_Barrier(impl_->comm); });
}

void Communicator::broadcast(std::span<std::byte> bytes, int root) const {
  if (impl_->alone()) return;
  // Sent in pieces, because a large buffer has more bytes than an MPI count can represent.
  constexpr std::size_t kPiece = std::size_t{1} << 30;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    const int count = checked_count(std::min(kPiece, bytes.size() - at), "MPI_Bcast");
    wait_in("MPI_Bcast",
            [&] { return MPI_Bcast(bytes.data() + at, count, MPI_BYTE, root, impl_->comm); });
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
  if (impl_->alone()) return request;
  check(MPI_Iallreduce(MPI_IN_PLACE, values.data(), checked_count(values.size(), "MPI_Iallreduce"),
                       MPI_FLOAT, MPI_SUM, impl_->comm, &request.impl_->request),
        "MPI_Iallreduce");
  return request;
}

Request Communicator::start_reduce_sum(std::span<float> values, int root) const {
  Request request;
  if (impl_->alone()) return request;
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

bool Communicator::any_of(bool value) const { return all_reduce_max(value) != 0; }

bool Communicator::all_of(bool value) const { return !any_of(!value); }

}  // namespace amt::mpi
