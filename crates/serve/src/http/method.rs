//! What a client wants done.

use super::Status;

/// What is done with what is at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// It is given.
    Get,
    /// It is described: the answer has no content.
    Head,
}

impl Method {
    /// Reads the first word of a request.
    ///
    /// # Errors
    /// It is not answered here.
    pub(super) fn parse(name: &str) -> Result<Self, Status> {
        match name {
            "GET" => Ok(Self::Get),
            "HEAD" => Ok(Self::Head),
            "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH" | "TRACE" | "CONNECT" => {
                Err(Status::MethodNotAllowed)
            }
            _ => Err(Status::NotImplemented),
        }
    }
}
