//! The stub Kubernetes API of a session's clusters, and the credentials that they accept.

use std::sync::Arc;

use super::Session;
use crate::journal::{Exchange, Journal};
use crate::kubernetes::{self, ApiServer};
use crate::ledger::{Credential, Ledger};
use crate::pki::Authority;
use crate::{Reply, Request};

impl Session {
    /// Says where the Kubernetes API of the clusters is, for every answer from now on.
    pub fn point_api(&mut self, api: ApiServer) {
        self.scene.point_api(api.clone());
        self.api = Some(api);
    }

    /// Where the Kubernetes API of the clusters is; `None` when answers name addresses as the provider's documents do.
    pub fn api(&self) -> Option<&ApiServer> {
        self.api.as_ref()
    }

    /// Answers a request to the stub Kubernetes API of the clusters, and records it in a journal of its own. The client
    /// certificate is that of the connection, DER.
    ///
    /// ```
    /// use kubeproof_emulator::providers::fireworks::Fireworks;
    /// use kubeproof_emulator::{Request, Session};
    ///
    /// let mut session = Session::new::<Fireworks>(Default::default());
    /// let ask = Request::get("/demo-account/demo/api/v1/namespaces");
    /// assert_eq!(session.serve_api(ask.clone(), None, 1).status, 401);
    /// let ask = ask.with_header("authorization", "Bearer example-fireworks-user-token");
    /// assert_eq!(session.serve_api(ask, None, 1).status, 200);
    /// assert_eq!(session.api_journal().recorded(), 2);
    /// assert_eq!(session.journal().recorded(), 0);
    /// ```
    pub fn serve_api(&mut self, request: Request, client_certificate: Option<&[u8]>, connection: u64) -> Reply {
        let reply = self.answer_api(&request, client_certificate);
        Reply::clone(&self.record_api(request, reply, connection))
    }

    pub(crate) fn answer_api(&self, request: &Request, client_certificate: Option<&[u8]>) -> Reply {
        self.scene.answer_api(self.now(), request, &kubernetes::presented(request, client_certificate))
    }

    pub(crate) fn record_api(&mut self, request: Request, reply: Reply, connection: u64) -> Arc<Reply> {
        let reply = Arc::new(reply.ready_for_the_wire(None));
        self.api_journal.record(Exchange::new(self.now(), request, Arc::clone(&reply)).on(Some(connection), None));
        reply
    }

    /// What came to the stub Kubernetes API of the clusters, and what was answered.
    pub fn api_journal(&self) -> &Journal {
        &self.api_journal
    }

    /// The credentials that the clusters were told to accept, newest first, without their secrets.
    pub fn credentials(&self) -> Vec<Credential> {
        self.scene.ledger().map(|ledger| ledger.credentials().collect()).unwrap_or_default()
    }

    /// Revokes the credential with this [number](Credential::number): the clusters accept it no longer. `false` when there
    /// is none.
    ///
    /// ```
    /// use kubeproof_emulator::providers::fireworks::Fireworks;
    /// use kubeproof_emulator::Session;
    ///
    /// let mut session = Session::new::<Fireworks>(Default::default());
    /// let number = session.credentials()[0].number;
    /// assert!(session.revoke(number));
    /// assert!(session.credentials()[0].revoked);
    /// ```
    pub fn revoke(&mut self, number: u64) -> bool {
        self.scene.ledger_mut().is_some_and(|ledger| ledger.revoke(number))
    }

    /// Revokes every credential of now, and says how many were not revoked before.
    pub fn revoke_all(&mut self) -> usize {
        self.scene.ledger_mut().map(Ledger::revoke_all).unwrap_or_default()
    }

    /// The tokens that every cluster accepts and that nobody asks the provider for; they are secret.
    pub fn user_tokens(&self) -> Vec<String> {
        let tokens = self.scene.ledger().map(|ledger| ledger.user_tokens().map(|user| user.token).collect());
        tokens.unwrap_or_default()
    }

    /// Whether the answers lead to the Kubernetes API of a cluster.
    pub fn leads_to_clusters(&self) -> bool {
        self.scene.ledger().is_some()
    }

    /// The certificate authority of the clusters.
    ///
    /// # Errors
    ///
    /// When it cannot be made: a bug of this crate.
    pub fn authority(&self) -> Result<Arc<Authority>, rcgen::Error> {
        self.scene.authority()
    }
}
