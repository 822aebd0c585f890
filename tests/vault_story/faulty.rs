//! Stores that fail on purpose.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use object_store::path::Path as Key;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// When, seen from the write that fails, the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dies {
    /// It dies before the write reaches the store.
    Before,
    /// It was written, but the answer was lost.
    After,
    /// It lives on, but before it hears of that write somebody else does a whole piece of work.
    Overtaken,
}

/// A store whose process dies at one of its writes: that one and all later ones fail.
pub struct Dying {
    pub inner: Arc<dyn ObjectStore>,
    pub dies: Dies,
    pub writes_left: AtomicUsize,
    /// What somebody else does, for `Dies::Overtaken`.
    pub meanwhile: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl Dying {
    pub fn at(inner: Arc<dyn ObjectStore>, writes_left: usize, dies: Dies) -> Self {
        let writes_left = AtomicUsize::new(writes_left);
        Self {
            inner,
            dies,
            writes_left,
            meanwhile: Mutex::new(None),
        }
    }

    /// `Some` when the write at hand may be carried out; the answer says whether it is also told.
    fn next_write(&self) -> Option<bool> {
        let take = |left: usize| left.checked_sub(1);
        match self
            .writes_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
        {
            Ok(1) => (self.dies != Dies::Before).then_some(false),
            Ok(_) => Some(true),
            Err(_) => (self.dies == Dies::Overtaken).then_some(true),
        }
    }
}

fn dead<T>() -> Result<T> {
    Err(Error::Generic {
        store: "dying",
        source: "the process is dead".into(),
    })
}

impl fmt::Debug for Dying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Dying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dying({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for Dying {
    async fn put_opts(
        &self,
        key: &Key,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        match self.next_write() {
            Some(true) => self.inner.put_opts(key, payload, opts).await,
            Some(false) => {
                let done = self.inner.put_opts(key, payload, opts).await?;
                let meanwhile = self.meanwhile.lock().unwrap().take();
                let Some(meanwhile) = meanwhile else {
                    return dead();
                };
                meanwhile.await;
                Ok(done)
            }
            None => dead(),
        }
    }

    async fn put_multipart_opts(
        &self,
        key: &Key,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        match self.next_write() {
            Some(true) => self.inner.put_multipart_opts(key, opts).await,
            _ => dead(),
        }
    }

    async fn get_opts(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(key, options).await
    }

    fn delete_stream(
        &self,
        keys: BoxStream<'static, Result<Key>>,
    ) -> BoxStream<'static, Result<Key>> {
        let alive = self.dies == Dies::Overtaken || self.writes_left.load(Ordering::SeqCst) > 0;
        let allowed = keys.map(move |key| if alive { key } else { dead() });
        self.inner.delete_stream(allowed.boxed())
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// A store that takes a create-only write for a plain one, as some S3 services do.
#[derive(Debug)]
pub struct Overwriting<S>(pub S);

impl<S: ObjectStore> fmt::Display for Overwriting<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Overwriting({})", self.0)
    }
}

#[async_trait]
impl<S: ObjectStore> ObjectStore for Overwriting<S> {
    async fn put_opts(
        &self,
        key: &Key,
        bytes: PutPayload,
        mut opts: PutOptions,
    ) -> Result<PutResult> {
        opts.mode = PutMode::Overwrite;
        self.0.put_opts(key, bytes, opts).await
    }

    async fn put_multipart_opts(
        &self,
        key: &Key,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(key, opts).await
    }

    async fn get_opts(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(key, options).await
    }

    fn delete_stream(
        &self,
        keys: BoxStream<'static, Result<Key>>,
    ) -> BoxStream<'static, Result<Key>> {
        self.0.delete_stream(keys)
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}
